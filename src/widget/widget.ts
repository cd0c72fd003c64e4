import type { SKRSContext2D as Context, Image } from '@napi-rs/canvas'
import type { Duration } from './duration.ts'
import type { KeyGrammar } from './key.ts'
import type { Limits } from './limits.ts'
import type { NumberSeries, SeriesRequest } from './number-series.ts'
import type { Param, Parser } from './param.ts'
import type { Role } from './role.ts'
import type { HistoryRequest, RoomHistory } from './room-history.ts'
import type { RoomState } from './room-state.ts'
import type { Size, SizeRange } from './size.ts'

export type { RoomState, Size, SizeRange }

export type Params = Record<string, Param | Parser>
/** The fields that a click may send. */
export type Fields = Record<string, Param>
/** The values of parameters. Of those that are not known, as where one is declared wrongly, `any`: its declaration is the only error. */
export type Values<P extends Params> = string extends keyof P
  ? // biome-ignore lint/suspicious/noExplicitAny: any other type is an error at each use.
    Record<string, any>
  : { [K in keyof P]: P[K] extends Param<infer T> ? T : P[K] extends Parser<infer T> ? T : unknown }

/** The room of a picture, and its state. */
export interface RoomScope {
  /** `<widget>/<key>`. */
  room: string
  key: string
  state: RoomState
  /** When the function was called, in milliseconds since the epoch, by the clock that all servers of a cluster share. */
  time: number
}

/** The argument of `load`. */
export interface LoadScope<P extends Params = Params> extends RoomScope {
  params: Values<P>
  /**
   * Returns the counts of a room over the last hour, day or week. Changes in another room appear at the picture's next heartbeat.
   * Rejects with a `TypeError` for any other span.
   */
  history(request: HistoryRequest): Promise<RoomHistory>
  /**
   * Returns the numbers that were sent to `/api/series/<key>`; by default to that of the picture's own key, in the last
   * hour. A new number redraws the picture. Rejects with a `TypeError` for a period that is not from `10s` to `3650d`.
   */
  series(request?: SeriesRequest): Promise<NumberSeries>
  /**
   * Returns a value that another room remembers, by `<widget>/<key>` and name; undefined if there is none. A change of
   * that room redraws the picture. At most 50 rooms: any further one rejects with a `RangeError`.
   */
  readRoom<T = unknown>(room: string, name: string): Promise<T | undefined>
  /** Aborted when nothing waits for the picture any more. */
  signal: AbortSignal
}

/** Loads the data of a picture. */
export type LoadFunction<P extends Params = Params, D = unknown> = {
  // As a method, so that a widget with parameters of its own is a `Widget`.
  load(scope: LoadScope<P>): Promise<D> | D
}['load']

/** A `load` whose result is kept. */
export interface KeptLoad<P extends Params = Params, D = unknown> {
  /** How long the result is used, such as `'10m'`; also in milliseconds. */
  keep: number | Duration
  /** How much longer it is used while `run` fails, such as `'1d'`. The scene's `dataAge` is its age. @default 0 */
  staleIfError?: number | Duration
  run(scope: LoadScope<P>): Promise<D> | D
}

/** The argument of `onJoin` and `onLeave`: the room after the event. */
export interface EventScope extends RoomScope {
  connections: number
  visitors: number
  peak: number
}

/** A click on a picture or on a link to `/<widget>/<key>/click/<action>`. */
export interface Click<F extends Fields = Fields> {
  /**
   * CSS pixels from the top left corner of the picture, of its own `width` and `height` whatever its scale; undefined for
   * a link.
   */
  x: number | undefined
  y: number | undefined
  /** @default '' */
  action: string
  /** The reader: the same text for the same reader of the same room on the same day (UTC), meaningless elsewhere. */
  visitor: string
  /** The values of the form's or the link's fields that the widget declares. */
  fields: Values<F>
}

/** The argument of `onClick`: the click, the picture that its URL describes, and the room after it. */
export interface ClickScope<F extends Fields = Fields, P extends Params = Params>
  extends EventScope,
    Click<F> {
  /** The parameters in the click's URL. */
  params: Values<P>
  /** The picture's own size in CSS pixels, in which `x` and `y` are measured. */
  width: number
  height: number
}

/** The argument of `shows`. */
export interface ShowsScope<P extends Params = Params> {
  /** `<widget>/<key>`. */
  room: string
  key: string
  params: Values<P>
}

/** The argument of `start`. */
export interface SourceScope<P extends Params = Params, D = unknown> extends RoomScope {
  params: Values<P>
  /** Runs `load` again and redraws the picture. */
  redraw(): void
  /** Redraws the picture with this `data` instead of calling `load`. The newest value wins. */
  push(data: D): void
  /** Aborted when the last viewer has left. */
  signal: AbortSignal
}

/** What a widget samples without viewers. */
export interface Collection {
  /** From a second to a day: `'1m'`, or milliseconds. */
  every: number | Duration
  /** Runs at the start of the server, and again after each interval. A run that takes longer delays the next one. */
  run(scope: CollectScope): Promise<void> | void
}

/** The argument of `collect.run`. */
export interface CollectScope extends RoomScope {
  /** Aborted when the run has taken too long. */
  signal: AbortSignal
}

/** A picture that another picture embeds, in its newest state. */
export interface EmbeddedPicture {
  /** The entry that `shows` returned. */
  path: string
  /** For `ctx.drawImage`. */
  image: Image
  /** What it shows, in words. */
  alt: string
  /** CSS pixels. */
  width: number
  height: number
}

/** The whole input of `draw`: the same scene gives the same picture. */
export interface Scene<P extends Params = Params, D = unknown> {
  /** `<widget>/<key>`. */
  room: string
  key: string
  params: Values<P>
  /** CSS pixels; the context is already scaled. */
  width: number
  height: number
  /** Device pixels per CSS pixel. */
  scale: number
  /** Open picture streams of the room. */
  connections: number
  /** Distinct people among them. */
  visitors: number
  /** Maximum number of concurrent visitors since the room was first watched. */
  peak: number
  /** Whether the true counts may be higher, because some of many servers cannot be reached. */
  isPartial: boolean
  /** Milliseconds since the epoch; an animated widget's clock advances only with its frames. */
  time: number
  /** The result of `load`, or the last value of `push`. */
  data: D
  /** Milliseconds since `data` was loaded. Reading it redraws the picture at each heartbeat. */
  dataAge: number
  /** The pictures that `shows` lists, in the same order. */
  pictures: readonly EmbeddedPicture[]
}

/**
 * How a picture is animated: a rate in frames per second, at most 30, or the milliseconds between frames, or a function
 * that returns them. If the picture repeats after `loop` milliseconds, it can be sent once, as an animated picture.
 */
export type Animation<P extends Params = Params, D = unknown> = (
  | { fps: number }
  | { every: number | Duration | ((scope: AnimationScope<P, D>) => number) }
) & {
  /** The period in milliseconds, or a function of the parameters that returns it; 0: no motion. @default it never repeats */
  loop?: number | Duration | ((scope: AnimationScope<P, D>) => number)
}

/** The argument of the functions of `animate`. */
export interface AnimationScope<P extends Params = Params, D = unknown> {
  params: Values<P>
  /** The result of `load`. */
  data: D
}

/** The argument of a `size` function. */
export interface SizeScope<P extends Params = Params, D = unknown> {
  params: Values<P>
  /** The result of `load`. */
  data: D
  /** `<widget>/<key>`. */
  room: string
  key: string
  pictures: readonly EmbeddedPicture[]
}

/** The argument of `alt`. */
export interface AltScene<P extends Params = Params, D = unknown>
  extends Omit<Scene<P, D>, 'width' | 'height' | 'scale' | 'pictures'> {
  /** The embedded pictures in words, in the order of `shows`. */
  pictures: readonly Pick<EmbeddedPicture, 'path' | 'alt'>[]
}

/** The result of a function whose result is not used; a promise is an error, because nothing would wait for it. */
// biome-ignore lint/suspicious/noConfusingVoidType: only a union with `void` refuses a promise and accepts a missing result.
type Synchronous = void | undefined

/** A live picture: the plain object that an author's module exports by default. Every function takes one object. */
export interface Widget<P extends Params = Params, D = unknown, F extends Fields = Fields> {
  /** The version of this interface. @default 1, the only one */
  apiVersion?: 1
  /** Its name in the gallery: a few words. */
  title: string
  /** One or two sentences for the gallery. */
  about?: string
  /** CSS pixels: fixed, a range for viewers to choose from (`width=`, `height=`), or a function of the parameters. */
  size: { width: number | SizeRange; height: number | SizeRange } | ((scope: SizeScope<P, D>) => Size)
  /**
   * The keys, and so the rooms, of the widget: `param.choice([...])`, `param.text('main', { max: 255 })`, or
   * `{ pattern: /\d{4}/, default: '2027' }`, which must match the whole key. Any other key is a 404 and creates no room.
   * Keys are at most 255 characters. Patterns are matched in linear time, without lookaround or back-references.
   * @default 1 to 64 characters `A-Z a-z 0-9 . _ ~ -`
   */
  key?: KeyGrammar
  /**
   * The widget has no presence, state and events. For pictures whose key is their content: new keys then create no rows
   * in the database. Counts are 0, `state` is empty and refuses writes. @default false
   */
  stateless?: boolean
  /** Position in the gallery: lower ranks first, then widgets without a rank, by title. */
  gallery?: { rank?: number }
  /** The part of the server that a built-in widget serves. Ignored in other widgets. @default none */
  role?: Role
  /** The parameters that viewers may set in the query. @default none */
  params?: P
  /** Redraws on a timer. */
  animate?: Animation<P, NoInfer<D>>
  /**
   * Loads the data for `draw`, unless data was pushed: once for all pictures of a room with equal parameters. Runs again at
   * the next heartbeat and after a change of what it has read, or when the time that the data is kept has passed.
   */
  load?: LoadFunction<P, D> | KeptLoad<P, D>
  /**
   * Data as `load` returns it, for the gallery and for `imgcast render`: neither then needs a network or a history. Shown
   * for `?example=on`; `load` does not run. @default none
   */
  example?: D
  /**
   * A source of changes (a socket, a camera, a timer). Runs from a picture's first viewer to its last. Restarted after
   * a pause if it throws or its process exits. The widget then has a process of its own.
   */
  start?(scope: SourceScope<P, NoInfer<D>>): Promise<void> | void
  /**
   * Samples something at regular intervals, whether a picture is open or not, and keeps it in `state`: for each key of a
   * closed list (`key: param.choice([...])`), otherwise for the default key. One node of a cluster does it.
   */
  collect?: Collection
  /** Called when a viewer opens a picture of the room. */
  onJoin?(scope: EventScope): Promise<void> | void
  /** Called when a viewer leaves, always after the same viewer's `onJoin`. */
  onLeave?(scope: EventScope): Promise<void> | void
  /** Called for a click: `/<widget>/<key>/click?x,y` or `/<widget>/<key>/click/<action>`. */
  onClick?(scope: ClickScope<F, P>): Promise<void> | void
  /** The fields of forms and links that `onClick` gets, checked like parameters. @default none */
  fields?: F
  /**
   * Returns the pictures that this one embeds, at most 16, as `widget/key?look`. Viewers of this picture also count in
   * the rooms of the embedded ones. Embedded pictures cannot embed others.
   */
  shows?(scope: ShowsScope<P>): readonly string[]
  /** @default the limits of every widget */
  limits?: Limits
  /** Draws on a transparent canvas, in CSS pixels. Must be synchronous and depend on nothing but the scene. */
  draw(ctx: Context, scene: Scene<P, D>): Synchronous
  /**
   * Returns the SVG document that is sent for `.svg`, in place of a drawing with text as paths; undefined to have it
   * drawn. It must have the size of the picture.
   */
  svg?(scene: Scene<P, D>): string | undefined
  /**
   * What the picture shows, in words on one line: for screen readers, for `.txt`, for `alt` in snippets and in `.json`, and
   * the title of `.svg`. @default the title, and the numbers and short texts of `.json`
   */
  alt?(scene: AltScene<P, D>): string
  /** The response to `.json`. @default room, connections, visitors, peak */
  json?(scene: Omit<Scene<P, D>, 'width' | 'height' | 'scale' | 'pictures'>): unknown
}
