import type { RoomCounts } from '../cluster/presence.ts'
import type { Job } from '../render/protocol.ts'
import type { Renderer } from '../render/renderer.ts'
import type { EmbeddedFrame } from './embedded-frames.ts'
import type { LoadedPicture } from './loaded-data.ts'

/** All inputs of a drawing, except the time and values that the widget reads itself. */
export interface DrawingInputs {
  /** The renderer replaces its manifests when code has changed. */
  code: Renderer['manifests']
  /** The number of changes that the widget's `start` has reported. */
  changes: number
  pushed: Job['pushed']
  /** The result of its `load`; undefined if it has none, or if `start` has pushed data. */
  loaded: LoadedPicture | undefined
  embedded: readonly EmbeddedFrame[]
  counts: RoomCounts
}
