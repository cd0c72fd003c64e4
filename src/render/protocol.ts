import type { Fault } from '../errors.ts'
import type { Frame } from '../picture/frame.ts'
import type { WidgetFault } from '../widget/load-folder.ts'
import type { Look } from '../widget/look.ts'
import type { Manifest } from '../widget/manifest.ts'
import type { HistorySpan } from '../widget/room-history.ts'
import type { Click } from '../widget/widget.ts'
import type { SceneRead } from './scene-reads.ts'

/**
 * One thing for a widget to do: all that crosses to a render process, and all it may know. To draw a picture (`frame`),
 * to say its `data`, to read its own parameters (`reading`), to hear an `event`, to be a `source` of changes.
 */
export interface Job {
  output: 'frame' | 'data' | 'reading' | 'event' | 'source'
  widget: string
  key: string
  look: Look
  connections: number
  visitors: number
  peak: number
  /** Milliseconds since the epoch. */
  time: number
  /** Drawn with in place of what `load` answers. */
  pushed?: { data: unknown } | undefined
  /** Frames of the pictures that this one embeds. */
  embedded?: readonly EmbeddedFrame[] | undefined
  event?: RoomEvent
}

/** A frame of a picture that another picture embeds. */
export interface EmbeddedFrame {
  path: string
  frame: Frame
}

/** What a widget is told of. */
export type RoomEvent = { type: 'join' } | { type: 'leave' } | { type: 'click'; click: Click }

/** What a widget says of a look: which parameters it cannot read, and which pictures it shows. */
export interface Reading {
  faults: Fault[]
  shows: readonly string[]
}

/** A drawn picture. */
export interface Drawing {
  frame: Frame
  /** Milliseconds until the clock alone changes the picture; undefined where it never does. */
  next: number | undefined
  took: DrawTimings
  /** What of the scene the widget has read; see `SceneRead`. */
  reads: readonly SceneRead[]
}

/** What a drawing took in its process, in milliseconds. */
export interface DrawTimings {
  /** How often the widget's `draw` was called: once, or for each frame of an animation. */
  frames: number
  /** In `draw`. */
  drawing: number
  /** In the rest: Skia paints what was drawn only as it is encoded. */
  encoding: number
}

/** What a job answers: a `Drawing`, or any JSON value for the output `data`. */
export type JobResult = Drawing | { data: unknown }

/** One access to what a room remembers or to a room's history, asked by a widget and answered by the server. */
export type StateRequest =
  | { operation: 'get' | 'set' | 'add'; room: string; name: string; value?: unknown }
  | { operation: 'history'; room: string; span: HistorySpan }

/** What a render process has loaded. */
export interface Loaded {
  manifests: Manifest[]
  faults: WidgetFault[]
}

/** What the server tells a render process. */
export type ToHost =
  | { type: 'start'; folders: readonly string[]; skip: ReadonlyMap<string, string> }
  /** Load what the job needs; draw at once, or (`hold`) wait for `draw`. */
  | { type: 'job'; id: number; job: Job; hold: boolean }
  | { type: 'draw'; id: number }
  /** Nobody waits any longer: answer now, in any way. A process that cannot is hung. */
  | { type: 'abort'; id: number }
  /** The job will not be drawn. */
  | { type: 'forget'; id: number }
  | { type: 'state'; id: number; value?: unknown; error?: string }
  /** What a source pushed has arrived: it may push again. */
  | { type: 'pushed'; id: number }

/** What a render process tells the server. */
export type FromHost =
  /** Sent before a module's own code runs. */
  | { type: 'loading'; file: string }
  | ({ type: 'ready' } & Loaded)
  | { type: 'fatal'; message: string }
  | { type: 'loaded'; id: number }
  /** A frame of an animation is drawn, and more are to come: others may have their turn before `draw` is told again. */
  | { type: 'paused'; id: number }
  | { type: 'done'; id: number; result: JobResult }
  /** `isTooLarge`: its parameters make the picture too large, and the widget is not to blame. */
  | { type: 'failed'; id: number; message: string; stack: string; isTooLarge: boolean }
  /** An error outside of any job; the widget is known where the stack names its file. */
  | { type: 'stray'; widget: string | undefined; failure: string }
  | { type: 'state'; id: number; request: StateRequest }
  /** A source changed; `pushed` is empty where it only wants its picture drawn again. */
  | { type: 'push'; id: number; pushed: { data: unknown } | undefined }
