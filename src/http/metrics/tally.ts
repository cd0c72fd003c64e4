/** Counts values by ranges, so that quantiles of any period can be estimated from two readings. */
export class Tally {
  readonly #bounds: readonly number[]
  readonly #counts: number[]

  /** @param bounds upper bounds of the ranges, ascending. One more range has the values above the last. */
  constructor(bounds: readonly number[]) {
    this.#bounds = bounds
    this.#counts = [...bounds, 0].map(() => 0)
  }

  add(value: number): void {
    const index = this.#bounds.findIndex((bound) => value <= bound)
    const at = index < 0 ? this.#bounds.length : index
    this.#counts[at] = (this.#counts[at] ?? 0) + 1
  }

  /** The counts of all ranges so far, for `quantile`. */
  read(): readonly number[] {
    return [...this.#counts]
  }

  /**
   * The value that a share of those since `before` does not exceed, interpolated within its range as Prometheus does;
   * null if there is none.
   * @param share from 0 to 1.
   */
  quantile(share: number, before: readonly number[]): number | null {
    const counts = this.#counts.map((count, index) => count - (before[index] ?? 0))
    const rank = share * counts.reduce((sum, count) => sum + count, 0)
    if (rank === 0) return null
    let below = 0
    for (const [index, count] of counts.entries()) {
      const to = this.#bounds[index]
      if (below + count >= rank && count > 0) {
        const from = this.#bounds[index - 1] ?? 0
        return to === undefined ? from : from + ((to - from) * (rank - below)) / count
      }
      below += count
    }
    return null
  }
}
