/** A timer for the earliest of several times, in milliseconds of `performance.now()`. */
export class Alarm {
  readonly #onTime: () => void
  #timer: NodeJS.Timeout | undefined
  #at = Number.POSITIVE_INFINITY
  /** When the timer ends: not after `#at`. */
  #endsAt = Number.POSITIVE_INFINITY

  constructor(onTime: () => void) {
    this.#onTime = onTime
  }

  /** Sets it, unless it is already set for an earlier time. */
  set(at: number): void {
    if (this.#at > at) this.move(at)
  }

  /** Sets it for another time. A later one costs nothing now: the timer stays, and is set again when it ends. */
  move(at: number): void {
    this.#at = at
    if (this.#endsAt > at) this.#start()
  }

  clear(): void {
    clearTimeout(this.#timer)
    this.#at = Number.POSITIVE_INFINITY
    this.#endsAt = Number.POSITIVE_INFINITY
  }

  #start(): void {
    clearTimeout(this.#timer)
    this.#endsAt = this.#at
    this.#timer = setTimeout(() => this.#onEnd(), Math.ceil(Math.max(0, this.#at - performance.now())))
  }

  #onEnd(): void {
    this.#endsAt = Number.POSITIVE_INFINITY
    // A timer can be early by a part of a millisecond.
    if (this.#at > performance.now() + 1) return this.#start()
    this.#at = Number.POSITIVE_INFINITY
    this.#onTime()
  }
}
