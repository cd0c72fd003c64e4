/** Unsent bytes at which the kernel's queue counts as empty: less would let a fast link idle between two looks. */
const LOW_BYTES = 4_096
/** Milliseconds between two looks at the queue. */
const [SOONEST, LATEST] = [10, 250]

/** Waits until the kernel has sent what it queued for one slow viewer. Its next picture is chosen then, and is no older. */
export class DrainWait {
  readonly #unsent: () => number | undefined
  readonly #onDrained: () => void
  #timer: NodeJS.Timeout | undefined
  #left = 0
  #pause = SOONEST

  /** @param unsent the bytes in the kernel's queue; undefined while others wait in front of it. */
  constructor(unsent: () => number | undefined, onDrained: () => void) {
    this.#unsent = unsent
    this.#onDrained = onDrained
  }

  start(): void {
    this.#left = 0
    this.#schedule(SOONEST)
  }

  stop(): void {
    clearTimeout(this.#timer)
  }

  #schedule(pause: number): void {
    this.#pause = Math.min(LATEST, Math.max(SOONEST, pause))
    clearTimeout(this.#timer)
    this.#timer = setTimeout(() => this.#look(), this.#pause)
  }

  /** Comes back when the queue will be empty at its speed so far, and ever later while nothing moves. */
  #look(): void {
    const left = this.#unsent() ?? Number.POSITIVE_INFINITY
    if (left <= LOW_BYTES) return this.#onDrained()
    const moved = this.#left - left
    this.#left = left
    this.#schedule(moved > 0 ? ((left - LOW_BYTES) / moved) * this.#pause : this.#pause * 2)
  }
}
