/** Reports when a whole part is due on one connection: only that restarts the time after which a picture marks itself as stale. */
export class RefreshClock {
  readonly #period: number
  /** When the newest whole part was sent, unless `#isPartNew`: then that was the last send. */
  #partAt = 0
  #isPartNew = false

  /** @param period milliseconds between whole parts, at most. */
  constructor(period: number) {
    this.#period = period
  }

  /** Notes that the send that follows is a whole part. */
  onPart(): void {
    this.#isPartNew = true
  }

  /** @param sentAt when the last send was. */
  isDue(now: number, sentAt: number): boolean {
    if (this.#isPartNew) this.#partAt = sentAt
    this.#isPartNew = false
    if (now - this.#partAt < this.#period) return false
    this.#partAt = now
    return true
  }
}
