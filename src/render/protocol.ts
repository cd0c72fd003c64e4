import type { Fault } from '../errors.ts'
import type { Frame } from '../picture/frame.ts'
import type { MissingScript } from '../picture/missing-scripts.ts'
import type { Duration } from '../widget/duration.ts'
import type { WidgetFault } from '../widget/load-folder.ts'
import type { Look } from '../widget/look.ts'
import type { Manifest } from '../widget/manifest.ts'
import type { Roles } from '../widget/role.ts'
import type { HistorySpan } from '../widget/room-history.ts'
import type { StateChange } from '../widget/state-change.ts'
import type { Click, Size } from '../widget/widget.ts'
import type { SceneRead } from './scene-reads.ts'

/**
 * One task of a widget, with all the data that is sent to a render process: to draw a picture (`frame`), to return its
 * `json`, to `load` its data, to parse its own parameters (`reading`), to handle an `event`, or to run as a `source` of changes.
 */
export interface Job {
  output: 'frame' | 'json' | 'load' | 'reading' | 'event' | 'source'
  widget: string
  key: string
  look: Look
  connections: number
  visitors: number
  peak: number
  /** Whether the counts may be too low, because some nodes could not be asked. @default false */
  isPartial?: boolean | undefined
  /** Milliseconds since the epoch. */
  time: number
  /** Replaces the result of `load`. */
  pushed?: { data: unknown } | undefined
  /**
   * The result of an earlier `load` for this room and these parameters, serialised by `node:v8`. Without bytes it could not
   * be sent: each process loads it for itself, once for each version.
   */
  loaded?: { id: string; version: number; bytes: Buffer | undefined } | undefined
  /** The age of that result, in milliseconds. @default 0 */
  dataAge?: number | undefined
  /** Frames of the embedded pictures. */
  embedded?: readonly EmbeddedFrame[] | undefined
  /** The embedded pictures in words, for the output `data`. */
  words?: readonly EmbeddedWords[] | undefined
  event?: RoomEvent
}

/** A frame of a picture that another picture embeds. */
export interface EmbeddedFrame {
  path: string
  frame: Frame
}

/** A picture that another picture embeds, in words. */
export interface EmbeddedWords {
  path: string
  alt: string
}

/** The data and the words of a picture. */
export interface PictureFacts {
  /** The body of `.json`. */
  json: unknown
  alt: string
}

/** An event that a widget handles. */
export type RoomEvent =
  | { type: 'join' }
  | { type: 'leave' }
  /** `shown`: the size at which the page shows the picture, if it is not the picture's own. */
  | { type: 'click'; click: Click; shown?: Size | undefined }
  /** It is time to collect. */
  | { type: 'collect' }

/** A widget's reading of a look: the parameters that it cannot read, and the pictures that it embeds. */
export interface Reading {
  faults: Fault[]
  shows: readonly string[]
}

/** The parts of its own room that a `load` has read: its state with its hits, or the history of its counts. */
export type LoadRead = 'state' | 'history'

/** What the server knows of a loaded value. */
export interface LoadResult {
  /** The data, serialised; undefined if it cannot be sent. */
  bytes: Buffer | undefined
  /** The other rooms that were read. */
  rooms: readonly string[]
  reads: readonly LoadRead[]
}

/** A drawn picture. */
export interface Drawing {
  frame: Frame
  /** Milliseconds until the picture changes because of the time; undefined if it never does. */
  next: number | undefined
  took: DrawTimings
  /** The parts of the scene that the widget has read; see `SceneRead`. */
  reads: readonly SceneRead[]
  /** The other rooms that `load` has read. @default none */
  rooms?: readonly string[]
}

/** The duration of a drawing in its process, in milliseconds. */
export interface DrawTimings {
  /** The number of calls of the widget's `draw`: one, or one for each frame of an animation. */
  frames: number
  /** Time in `draw`. */
  drawing: number
  /** The rest: Skia paints only during encoding. */
  encoding: number
}

/** The result of a job: a `Drawing`, or any JSON value for the output `json`. */
export type JobResult = Drawing | { data: unknown }

/** A widget's access to a room's state or history, or to a series, which the server carries out. */
export type StateRequest =
  | { operation: 'get'; room: string; name: string }
  | ({ room: string; name: string } & StateChange)
  | { operation: 'history'; room: string; span: HistorySpan }
  | { operation: 'series'; key: string; period: number | Duration | undefined }

/** A widget's request for a picture of another server. */
export interface ImageRequest {
  operation: 'image'
  url: string
}

/**
 * Why the message of an error may be public: the parameters make the picture too large (the widget is not to blame), the
 * widget's author made a `mistake` that our own words describe, the widget threw a `failure` with words of its own, or the
 * store was `unavailable`.
 */
export type ShownFailure =
  | { kind: 'too-large' | 'mistake' | 'unavailable' }
  | { kind: 'failure'; status: number }

/** An error outside of any job. */
export interface Stray {
  /** Known if the error comes from a source, or if its stack names the widget's file. */
  widget: string | undefined
  /** The room whose source of changes left running what failed. */
  room: string | undefined
  message: string
  /** The stack. */
  failure: string
}

/** The loaded code of a render process. */
export interface Loaded {
  manifests: Manifest[]
  faults: WidgetFault[]
  /** Every file that the code was read from. */
  files: string[]
  /** What an author may not expect, as sentences. */
  notices: string[]
  /** The names of the widgets that serve a part of the server. */
  roles: Roles
}

/** The fonts of a render process; each text is a sentence. */
export interface FontReport {
  /** The files that are no fonts. */
  faults: readonly string[]
  /** The scripts that no font has, and a sentence about them. */
  missing: { names: readonly string[]; words: string } | undefined
}

/** A message from the server to a render process. */
export type ToHost =
  /** Load the compiler of authors' modules, for a `start` that follows later. */
  | { type: 'warm' }
  | {
      type: 'start'
      folders: readonly string[]
      skip: ReadonlyMap<string, string>
      /** Folders of fonts. */
      fonts: readonly string[]
      /** Whether to report the fonts, once the widgets are loaded. */
      reportsFonts: boolean
    }
  /** Load the job's inputs; draw at once, or (`hold`) wait for `draw`. */
  | { type: 'job'; id: number; job: Job; hold: boolean }
  | { type: 'draw'; id: number }
  /** Several messages; the replies to them come together. */
  | { type: 'batch'; messages: readonly ToHost[] }
  /** The result is no longer needed: reply now with any result. A process that does not is hung. */
  | { type: 'abort'; id: number; reason?: string }
  /** The job will not be drawn. */
  | { type: 'forget'; id: number }
  /** `isUnavailable`: the store cannot be reached, which is no fault of the widget. */
  | { type: 'state'; id: number; value?: unknown; error?: string; isUnavailable?: boolean }
  /** The data of a source has arrived: it may push again. */
  | { type: 'pushed'; id: number }

/** A message from a render process to the server. */
export type FromHost =
  /** Sent before a module's own code runs. */
  | { type: 'loading'; file: string }
  | ({ type: 'ready' } & Loaded)
  | { type: 'fatal'; message: string }
  | { type: 'loaded'; id: number }
  /** A frame of an animation is drawn, and more follow: other jobs may run before the next `draw`. */
  | { type: 'paused'; id: number }
  | { type: 'done'; id: number; result: JobResult }
  /** The replies to a batch of messages. */
  | { type: 'batch'; messages: readonly FromHost[] }
  /** `shown`: the message may be public. @default it is only logged */
  | { type: 'failed'; id: number; message: string; stack: string; shown?: ShownFailure | undefined }
  | ({ type: 'fonts' } & FontReport)
  /** A letter was drawn that no font has. */
  | { type: 'missing'; script: MissingScript }
  | ({ type: 'stray' } & Stray)
  | { type: 'state'; id: number; request: StateRequest | ImageRequest }
  /** A source changed; `pushed` is undefined if it only requests a redraw. */
  | { type: 'push'; id: number; pushed: { data: unknown } | undefined }
