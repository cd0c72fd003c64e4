import type { Logger } from 'pino'
import type { PublicError } from '../errors.ts'
import { clientAddress, type PictureRequest } from './request.ts'
import { WRONG_TOKEN } from './token-guard.ts'

/** Lines about refused requests per minute; a stranger can cause any number of refusals. */
const MAX_LINES = 60
const WINDOW = 60_000

/** Logs requests that fail by the server's own fault, and refusals in a form that fail2ban reads. */
export class FailureLog {
  readonly #log: Logger
  readonly #now: () => number
  #windowStart = -Infinity
  #lines = 0

  /** @param now returns milliseconds; for tests */
  constructor(log: Logger, now: () => number = () => performance.now()) {
    this.#log = log
    this.#now = now
  }

  /** Logs an error if it is the server's own fault, or if the client made too many requests or guessed a token. */
  note(request: PictureRequest, error: PublicError): void {
    if (error.code === 'internal-error') return this.#logFailure(request, error)
    if (error.status !== 429 && error.code !== WRONG_TOKEN) return
    if (!this.#hasRoom()) return
    const address = clientAddress(request)
    this.#log.warn({ address, reason: error.code }, `refused ${address}: ${error.code}`)
  }

  #hasRoom(): boolean {
    const now = this.#now()
    if (now - this.#windowStart >= WINDOW) {
      const left = this.#lines - MAX_LINES
      if (left > 0) this.#log.warn({ refusals: left }, 'more requests were refused than logged')
      this.#windowStart = now
      this.#lines = 0
    }
    this.#lines += 1
    return this.#lines <= MAX_LINES
  }

  #logFailure({ method, url }: PictureRequest, { cause }: PublicError): void {
    this.#log.error(
      { method, url, error: cause instanceof Error ? cause.stack : String(cause) },
      'a request failed',
    )
  }
}
