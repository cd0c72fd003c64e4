import type { Counts } from '../cluster/presence.ts'
import type { Job } from '../render/protocol.ts'
import type { Renderer } from '../render/renderer.ts'
import type { EmbeddedFrame } from './embedded-frames.ts'

/** All that a widget's picture is drawn from, except time and what the widget itself reads. */
export interface DrawingInputs {
  /** The renderer replaces its manifests when code has changed. */
  code: Renderer['manifests']
  /** How many changes the widget's `start` has reported. */
  changes: number
  pushed: Job['pushed']
  embedded: readonly EmbeddedFrame[]
  counts: Counts
}
