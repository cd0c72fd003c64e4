/** Unsent bytes at which the kernel's queue counts as empty: less would let a fast link idle between two looks. */
const LOW_BYTES = 4_096
/** Milliseconds between two looks at the queue. */
const [SOONEST, LATEST] = [10, 250]
/** Milliseconds that a queue may take at its speed so far without counting as long. */
const LONG = 50

/** Milliseconds to wait at most for a queue that other streams of the same connection fill too. */
const LONGEST_SHARED = 1_000

/** The options of a wait. */
export interface DrainWaitInit {
  /** Returns the bytes that wait, here or in the network; undefined while others wait in front of them. */
  unsent(): number | undefined
  onDrained(): void
  /** Whether the queue may be that of other pictures too, as over HTTP/2: they must not keep this one waiting. @default false */
  isShared?: boolean
  /** @default performance.now */
  now?: () => number
}

/** Waits until the kernel has sent what it queued for one slow viewer. Its next picture is chosen then, and is no older. */
export class DrainWait {
  readonly #unsent: () => number | undefined
  readonly #onDrained: () => void
  readonly #isShared: boolean
  readonly #now: () => number
  #startedAt = 0
  #timer: NodeJS.Timeout | undefined
  #left = 0
  #pause = SOONEST
  /** Whether the kernel did not take a whole picture at once, and had something queued at each look since. */
  #isSuspect = false
  #isDrained = false
  /** The last bytes that were handed to the kernel, and when. */
  #queued = 0
  #queuedAt = 0

  constructor({ unsent, onDrained, isShared = false, now = () => performance.now() }: DrainWaitInit) {
    this.#unsent = unsent
    this.#onDrained = onDrained
    this.#isShared = isShared
    this.#now = now
  }

  /** Notes how many bytes of a picture the kernel took at once. It does not look at the queue of a viewer for whom it took all. */
  onTaken(count: number, length: number): void {
    if (count < length) this.#isSuspect = true
    if (!this.#isSuspect) return
    this.#queued = length
    this.#queuedAt = this.#now()
  }

  /** Whether a picture that is sent now would wait in the queue for so long that a newer one is worth waiting for. */
  isLong(): boolean {
    const isDrained = this.#isDrained
    this.#isDrained = false
    if (isDrained || !this.#isSuspect) return false
    const left = this.#unsent() ?? 0
    if (left > LOW_BYTES) return left * (this.#now() - this.#queuedAt) > LONG * (this.#queued - left)
    this.#isSuspect = false
    return false
  }

  start(): void {
    this.#left = 0
    this.#startedAt = this.#now()
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
    if (left <= LOW_BYTES || (this.#isShared && this.#now() - this.#startedAt >= LONGEST_SHARED)) {
      this.#isDrained = true
      this.#onDrained()
      return
    }
    const moved = this.#left - left
    this.#left = left
    this.#schedule(moved > 0 ? ((left - LOW_BYTES) / moved) * this.#pause : this.#pause * 2)
  }
}
