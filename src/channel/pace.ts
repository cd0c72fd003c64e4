import type { Frame } from '../picture/frame.ts'

/** Milliseconds before a picture that the queue refused is requested again. */
export const BUSY_INTERVAL = 1_000

/** How often a channel draws, and how long it lives, in milliseconds. */
export interface Pace {
  /** The minimum time between two drawings for events. */
  minInterval: number
  /**
   * The time after which the newest frame of a watched channel is compared with its source, which recovers from lost
   * events. While nothing changes, the time doubles (`Freshness`).
   */
  heartbeat: number
  /** How long a channel outlives its last viewer. */
  linger: number
}

/** An animation costs as many drawings as it has frames, so its heartbeat is slower by this factor. */
const ANIMATION_HEARTBEATS = 10

/** The maximum time that a frame is shown without being compared with its source. */
export function heartbeatOf({ heartbeat }: Pace, { animated }: Frame): number {
  return animated ? heartbeat * ANIMATION_HEARTBEATS : heartbeat
}
