/** Heartbeats between two comparisons of a picture that has not changed for long. */
const MAX_QUIET_HEARTBEATS = 4

/** For how long the newest frame of a channel counts as what its source would draw. */
export class Freshness {
  /** When the frame must be drawn again or compared with its source, by `performance.now()`. */
  until = 0
  #isFresh = false
  #quietHeartbeats = 1

  /** Nothing has changed since the newest frame was requested. */
  get isFresh(): boolean {
    return this.#isFresh
  }

  /** Whether the frame can be shown without asking its source. */
  get isCurrent(): boolean {
    return this.#isFresh && performance.now() < this.until
  }

  /** A frame is requested: what changes from now on, it may not show. */
  renew(): void {
    this.#isFresh = true
    this.#quietHeartbeats = 1
  }

  /** Something has changed. */
  end(): void {
    this.#isFresh = false
  }

  /**
   * The source says that nothing has changed. The time until the next comparison doubles each time: comparisons were half of
   * what 10 000 quiet rooms cost.
   */
  extend(heartbeat: number): void {
    this.#quietHeartbeats = Math.min(this.#quietHeartbeats * 2, MAX_QUIET_HEARTBEATS)
    this.until = performance.now() + heartbeat * this.#quietHeartbeats
  }
}
