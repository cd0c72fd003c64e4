import { LRUCache } from 'lru-cache'

/** Remembered visitors of all rooms; beyond it, the one that was seen longest ago may count twice in a day. */
const MAX_SEEN = 100_000

/**
 * The visitors whose hits were counted today, by room. A viewer key is a keyed hash that changes daily, so that no visitor is
 * recognised on the next day. Kept in memory only: after a restart a visitor may count once more.
 */
export class UniqueHits {
  // By size: with `max`, lru-cache allocates everything at the start.
  readonly #seen = new LRUCache<string, true>({ maxSize: MAX_SEEN, sizeCalculation: () => 1 })

  /** Whether this is the visitor's first hit of the day in a room; notes it. */
  add(room: string, viewerKey: string): boolean {
    const id = `${room} ${viewerKey}`
    const isNew = !this.#seen.get(id)
    this.#seen.set(id, true)
    return isNew
  }

  /** Forgets a hit, because its request failed. */
  delete(room: string, viewerKey: string): void {
    this.#seen.delete(`${room} ${viewerKey}`)
  }
}
