/** Pauses between attempts that grow with each failure in a row. */
export class Backoff {
  readonly #pauses: readonly number[]
  #failures = 0

  /** @param pauses milliseconds after the first failure, the second, and so on; the last one repeats. */
  constructor(pauses: readonly number[]) {
    this.#pauses = pauses
  }

  /** Milliseconds to wait before the next attempt; 0 while nothing has failed. */
  get pause(): number {
    if (this.#failures === 0) return 0
    return this.#pauses[Math.min(this.#failures, this.#pauses.length) - 1] ?? 0
  }

  /** Records one more failure in a row. */
  fail(): void {
    this.#failures += 1
  }

  /** Records a success: the next failure counts as the first. */
  reset(): void {
    this.#failures = 0
  }
}
