import type { SKRSContext2D as Context, Image } from '@napi-rs/canvas'
import type { KeyGrammar } from './key.ts'
import type { Param, Parser } from './param.ts'
import type { HistoryRequest, RoomHistory } from './room-history.ts'

/** A length that viewers may choose, in CSS pixels. */
export interface SizeRange {
  min: number
  max: number
  default: number
}

/** A picture's size in CSS pixels. */
export interface Size {
  width: number
  height: number
}

export type Params = Record<string, Param | Parser>
export type Values<P extends Params> = {
  [K in keyof P]: P[K] extends Param<infer T> ? T : P[K] extends Parser<infer T> ? T : unknown
}

/**
 * What a room remembers, by name: JSON values of up to 64 KiB. A name is 1 to 64 characters `A-Z a-z 0-9 . _ ~ -`; the
 * server's own begin with `$` and can only be read: `$hits`, and `$hits:YYYY-MM-DD` for a day in UTC. Every write
 * redraws every picture of the room.
 */
export interface RoomState {
  /** The value of a name, or undefined. */
  get<T = unknown>(name: string): Promise<T | undefined>
  /** Remembers a JSON value. */
  set(name: string, value: unknown): Promise<void>
  /** Adds to a number (a missing one counts as 0) and returns the sum. */
  add(name: string, amount: number): Promise<number>
}

/** The room of a picture, and what it remembers. */
export interface RoomScope {
  /** `<widget>/<key>`. */
  room: string
  key: string
  state: RoomState
}

/** What `load` gets. */
export interface LoadScope<P extends Params = Params> extends RoomScope {
  params: Values<P>
  /**
   * The counts of a room over the last hour, day or week. Changes of another room show at the picture's next heartbeat.
   * Rejects with a `TypeError` for any other span.
   */
  history(request: HistoryRequest): Promise<RoomHistory>
  /** Aborted when the picture is no longer waited for. */
  signal: AbortSignal
}

/** What `onJoin`, `onLeave` and `onClick` get: the room as it is after what happened. */
export interface EventScope extends RoomScope {
  connections: number
  visitors: number
  peak: number
}

/** A click on a picture, or on a link to `/<widget>/<key>/click/<action>`. */
export interface Click {
  /** CSS pixels of the picture as the page lays it out; undefined for a link. */
  x: number | undefined
  y: number | undefined
  /** @default '' */
  action: string
}

/** What `start` gets. */
export interface SourceScope<P extends Params = Params, D = unknown> extends RoomScope {
  params: Values<P>
  /** Redraws the picture, beginning with `load`. */
  redraw(): void
  /** Redraws the picture with this as its `data`, in place of what `load` returns. The newest value wins. */
  push(data: D): void
  /** Aborted when the last viewer is gone. */
  signal: AbortSignal
}

/** Limits of one widget. Exceeding one ends its process and shows its error card. */
export interface Limits {
  /** Milliseconds for a `load`, and then for a drawing, at most a minute. @default `--draw-timeout` */
  timeout?: number
  /** Of its process, canvases and all, 150 MB or more; the widget then runs in one of its own. @default a gigabyte, shared */
  memoryBytes?: number
}

/** Another picture within a picture, as it is now. */
export interface EmbeddedPicture {
  /** As `shows` said it. */
  path: string
  /** For `ctx.drawImage`. */
  image: Image
  /** CSS pixels. */
  width: number
  height: number
}

/** All that a picture is drawn from: same scene, same picture. */
export interface Scene<P extends Params = Params, D = unknown> {
  /** `<widget>/<key>`. */
  room: string
  key: string
  params: Values<P>
  /** CSS pixels; the context is already scaled. */
  width: number
  height: number
  /** Device pixels a CSS pixel. */
  scale: number
  /** Open picture streams of the room. */
  connections: number
  /** Distinct people among them. */
  visitors: number
  /** The most visitors at once since the room was first watched. */
  peak: number
  /** Milliseconds since the epoch; an animated widget's clock stands still between two of its frames. */
  time: number
  /** What `load` returned, or the last value of `push`. */
  data: D
  /** What `shows` names, in its order. */
  pictures: readonly EmbeddedPicture[]
}

/**
 * How a picture moves by itself: `fps` at most 30, or a frame every so many milliseconds from the parameters. Where
 * the picture is the same again after `loop` milliseconds, saying so lets it be sent once, as an animated picture.
 */
export type Animation<P extends Params = Params> = (
  | { fps: number }
  | { every: (params: Values<P>) => number }
) & {
  /** The period in milliseconds, from the parameters where they decide it; 0: it stands still. @default it never repeats */
  loop?: number | ((params: Values<P>) => number)
}

/** What a `size` function gets besides the parameters. */
export interface SizeScope<D = unknown> {
  /** What `load` returned. */
  data: D
  /** `<widget>/<key>`. */
  room: string
  key: string
  pictures: readonly EmbeddedPicture[]
}

/** A live picture: the plain object an author's module exports by default. */
export interface Widget<P extends Params = Params, D = unknown> {
  /** What it is, in a few words. */
  title: string
  /** One or two sentences for the gallery. */
  about?: string
  /** CSS pixels: fixed, a range for viewers to choose from (`width=`, `height=`), or from the parameters. */
  size:
    | { width: number | SizeRange; height: number | SizeRange }
    | ((params: Values<P>, scope: SizeScope<D>) => Size)
  /**
   * Which keys there are, and so which rooms: `param.choice([...])`, `param.text('main', { max: 255 })`, or
   * `{ pattern: /\d{4}/, default: '2027' }`, which the whole key must match. Every other key is a 404 and makes no room.
   * Keys are at most 255 characters. Patterns are matched in linear time, without lookaround or back-references.
   * @default 1 to 64 characters `A-Z a-z 0-9 . _ ~ -`
   */
  key?: KeyGrammar
  /**
   * Counts and remembers nothing: for pictures whose key is their content, so that inventing a key costs no row in a
   * database. Counts are 0, `state` reads nothing and refuses writes, and there are no events. @default false
   */
  stateless?: boolean
  /** How the gallery shows it: lower ranks first, then those without a rank by their titles. */
  gallery?: { rank?: number }
  /** What viewers may choose in the query. @default none */
  params?: P
  /** Draws again by the clock. */
  animate?: Animation<P>
  /** Loads what `draw` needs. Runs before every drawing, unless data was pushed. */
  load?(scope: LoadScope<P>): Promise<D> | D
  /**
   * A source of changes (a socket, a camera, a timer), alive from a picture's first viewer to its last. Restarted after
   * a pause if it throws or its process ends. The widget runs in a process of its own.
   */
  start?(scope: SourceScope<P, NoInfer<D>>): Promise<void> | void
  /** Somebody opened a picture of the room. */
  onJoin?(scope: EventScope): Promise<void> | void
  /** Somebody left. Comes after the same viewer's `onJoin`. */
  onLeave?(scope: EventScope): Promise<void> | void
  /** Somebody clicked: `/<widget>/<key>/click?x,y` or `/<widget>/<key>/click/<action>`. */
  onClick?(click: Click, scope: EventScope): Promise<void> | void
  /**
   * The pictures to be seen within this one, at most 16, as `widget/key?look`. Whoever watches this picture counts in
   * their rooms. They cannot show others in turn.
   */
  shows?(scope: { room: string; key: string; params: Values<P> }): readonly string[]
  /** @default the limits of every widget */
  limits?: Limits
  /** Draws on a transparent canvas, in CSS pixels. Synchronous and pure: nothing but the scene. */
  draw(ctx: Context, scene: Scene<P, D>): void
  /** The response to `.json`. @default room, connections, visitors, peak */
  data?(scene: Omit<Scene<P, D>, 'width' | 'height' | 'scale' | 'pictures'>): unknown
}
