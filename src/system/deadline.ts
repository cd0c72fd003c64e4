/**
 * Aborts after a time, or with another signal. `AbortSignal.any` with `AbortSignal.timeout` can lose its time limit after
 * a garbage collection on Node 20 (nodejs/node#57736), so this class has its own controller, timer and listener.
 */
export class Deadline {
  readonly #controller = new AbortController()
  readonly #outer: AbortSignal | undefined
  readonly #timer: NodeJS.Timeout | undefined
  readonly #abort = () => this.#controller.abort(toError(this.#outer?.reason))

  /**
   * @param timeout milliseconds; Infinity for none.
   * @param outer aborts it earlier.
   */
  constructor(timeout: number, outer?: AbortSignal) {
    this.#outer = outer
    if (outer?.aborted) this.#abort()
    outer?.addEventListener('abort', this.#abort, { once: true })
    const late = new Error(`no complete response within ${timeout / 1000} s`)
    if (timeout < Infinity) this.#timer = setTimeout(() => this.#controller.abort(late), timeout)
  }

  get signal(): AbortSignal {
    return this.#controller.signal
  }

  /** Stops the timer and the listener on the outer signal. */
  clear(): void {
    clearTimeout(this.#timer)
    this.#outer?.removeEventListener('abort', this.#abort)
  }
}

function toError(reason: unknown): Error {
  return reason instanceof Error ? reason : new Error('aborted')
}
