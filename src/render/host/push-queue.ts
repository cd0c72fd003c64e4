import type { Job } from '../protocol.ts'

/** The options of a queue. */
export interface PushQueueInit {
  /** @throws if the data cannot be cloned. */
  send(pushed: Job['pushed']): void
  /** Receives the error of a message that had to wait. */
  onFailure(error: Error): void
}

/**
 * Sends what a source pushes, one message at a time: while one is under way only the newest of the next is kept. A source
 * that is faster than its pictures uses no memory, and no picture is older than necessary.
 */
export class PushQueue {
  readonly #init: PushQueueInit
  #waiting: { pushed: Job['pushed'] } | undefined
  #busy = false

  constructor(init: PushQueueInit) {
    this.#init = init
  }

  /** @throws TypeError if the data cannot be cloned. */
  put(pushed: Job['pushed']): void {
    if (this.#busy) {
      this.#waiting = { pushed }
      return
    }
    this.#busy = true
    this.#trySend(pushed)
  }

  /** Call this when the last message has arrived. */
  acknowledge(): void {
    const next = this.#waiting
    this.#waiting = undefined
    this.#busy = next !== undefined
    if (!next) return
    try {
      this.#trySend(next.pushed)
    } catch (error) {
      // The source that pushed it has long gone on.
      this.#init.onFailure(error as Error)
    }
  }

  /** A message that cannot be sent is the pusher's error and does not block the next one. */
  #trySend(pushed: Job['pushed']): void {
    try {
      this.#init.send(pushed)
    } catch (error) {
      this.acknowledge()
      throw new TypeError(`push: expected data that can be cloned: ${(error as Error).message}`)
    }
  }
}
