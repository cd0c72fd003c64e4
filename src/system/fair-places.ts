/** The share of the places that is only for names with fewer than `SMALL`. */
const RESERVE = 0.25
const SMALL = 2

/**
 * A number of places that names share. A name may hold as many as are free above a reserve, so that some are left for
 * others: alone it gets three eighths of them. Names that want more wait.
 */
export class FairPlaces {
  #free: number
  readonly #reserve: number
  readonly #held = new Map<string, number>()
  /** Those that wait, the oldest first. */
  readonly #waiting = new Set<{ name: string; start: () => void }>()

  constructor(count: number) {
    this.#free = count
    this.#reserve = count * RESERVE
  }

  /**
   * Calls `start` when there is a place, which may be at once.
   * @returns a function that gives the place back, or ends the waiting. Calling it again does nothing.
   */
  take(name: string, start: () => void): () => void {
    const entry = { name, start }
    let isOver = false
    if (this.#isAllowed(name)) this.#start(entry)
    else this.#waiting.add(entry)
    return () => {
      if (isOver) return
      isOver = true
      if (!this.#waiting.delete(entry)) this.#giveBack(name)
    }
  }

  #isAllowed(name: string): boolean {
    const held = this.#held.get(name) ?? 0
    return held < this.#free - this.#reserve || (held < SMALL && this.#free > 0)
  }

  #start({ name, start }: { name: string; start: () => void }): void {
    this.#free -= 1
    this.#held.set(name, (this.#held.get(name) ?? 0) + 1)
    start()
  }

  #giveBack(name: string): void {
    this.#free += 1
    const held = (this.#held.get(name) ?? 0) - 1
    if (held > 0) this.#held.set(name, held)
    else this.#held.delete(name)
    // One place more allows at most one more of each name.
    const seen = new Set<string>()
    for (const entry of this.#waiting) {
      if (seen.has(entry.name)) continue
      seen.add(entry.name)
      if (!this.#isAllowed(entry.name)) continue
      this.#waiting.delete(entry)
      this.#start(entry)
    }
  }
}
