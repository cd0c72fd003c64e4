import type { Job } from './protocol.ts'

/**
 * Sends what a source pushes, one at a time: while the last is on its way only the newest of the next waits. A source
 * that is faster than its pictures costs no memory, and no picture is older than it need be.
 */
export class Outbox {
  readonly #send: (pushed: Job['pushed']) => void
  #waiting: { pushed: Job['pushed'] } | undefined
  #busy = false

  constructor(send: (pushed: Job['pushed']) => void) {
    this.#send = send
  }

  put(pushed: Job['pushed']): void {
    if (this.#busy) {
      this.#waiting = { pushed }
      return
    }
    this.#busy = true
    this.#try(pushed)
  }

  /** The last one has arrived. */
  acknowledge(): void {
    const next = this.#waiting
    this.#waiting = undefined
    this.#busy = next !== undefined
    if (next) this.#try(next.pushed)
  }

  /** What cannot be sent is the pusher's error, and does not hold up what comes after it. */
  #try(pushed: Job['pushed']): void {
    try {
      this.#send(pushed)
    } catch (error) {
      this.acknowledge()
      throw new TypeError(`push: expected data that can be cloned: ${(error as Error).message}`)
    }
  }
}
