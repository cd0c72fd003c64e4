/** A timer for the earliest of several times, in milliseconds of `performance.now()`. */
export class Alarm {
  readonly #onTime: () => void
  #timer: NodeJS.Timeout | undefined
  #at = Number.POSITIVE_INFINITY

  constructor(onTime: () => void) {
    this.#onTime = onTime
  }

  /** Sets it, unless it is already set for an earlier time. */
  set(at: number): void {
    if (this.#at <= at) return
    clearTimeout(this.#timer)
    this.#at = at
    this.#timer = setTimeout(
      () => {
        this.#at = Number.POSITIVE_INFINITY
        this.#onTime()
      },
      Math.ceil(Math.max(0, at - performance.now())),
    )
  }

  clear(): void {
    clearTimeout(this.#timer)
    this.#at = Number.POSITIVE_INFINITY
  }
}
