import type { Frame } from '../picture/frame.ts'

/** Milliseconds before a picture that the queue refused is requested again. */
export const BUSY_INTERVAL = 1_000

/** How often a channel draws, and how long it lives; all in milliseconds. */
export interface Pace {
  /** The shortest time between two drawings for events. */
  minInterval: number
  /** The longest time between two drawings while somebody watches: repairs what a lost event has missed. */
  heartbeat: number
  /** How long a channel outlives its last viewer. */
  linger: number
}

/** An animation costs as many drawings as it has frames, so its heartbeat is slower by this factor. */
const ANIMATION_HEARTBEATS = 10

/** The longest time for which a frame is shown without a comparison with its source. */
export function heartbeatOf({ heartbeat }: Pace, { animated }: Frame): number {
  return animated ? heartbeat * ANIMATION_HEARTBEATS : heartbeat
}
