/** Milliseconds for which a look counts: about one turn of the event loop. */
const FRESH = 1

/** Looks at queues of bytes once a turn for each descriptor: a hundred pictures of one HTTP/2 connection share its queue. */
export class QueueLooks {
  readonly #queue: { of(descriptor: number): number }
  readonly #now: () => number
  readonly #seen = new Map<number, number>()
  #seenAt = Number.NEGATIVE_INFINITY

  constructor(queue: { of(descriptor: number): number }, now = () => performance.now()) {
    this.#queue = queue
    this.#now = now
  }

  of(descriptor: number): number {
    const now = this.#now()
    if (now - this.#seenAt > FRESH) {
      this.#seen.clear()
      this.#seenAt = now
    }
    const known = this.#seen.get(descriptor)
    if (known !== undefined) return known
    const bytes = this.#queue.of(descriptor)
    this.#seen.set(descriptor, bytes)
    return bytes
  }
}
