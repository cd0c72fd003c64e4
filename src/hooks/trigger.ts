/**
 * Tells when a condition becomes news: once, when it has been true for long enough, and again only after it was
 * false.
 */
export class Trigger {
  readonly #duration: number
  /** Since when it is true; undefined while it is false. */
  #since: number | undefined
  #hasFired: boolean

  /**
   * @param duration milliseconds that it has to be true for.
   * @param hasFired whether it fired before, and has not been false since.
   */
  constructor(duration: number, hasFired: boolean) {
    this.#duration = duration
    this.#hasFired = hasFired
  }

  /** Whether it has fired and not been false since. */
  get hasFired(): boolean {
    return this.#hasFired
  }

  /** Takes note of how things are at a time, in milliseconds; answers whether that is news. */
  update(isTrue: boolean, now: number): boolean {
    if (!isTrue) {
      this.#since = undefined
      this.#hasFired = false
      return false
    }
    this.#since ??= now
    if (this.#hasFired || now - this.#since < this.#duration) return false
    this.#hasFired = true
    return true
  }
}
