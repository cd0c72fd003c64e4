import { createHmac } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import { isToken } from '../token.ts'

/** How long a browser stays signed in, in milliseconds. */
export const SESSION_LENGTH = 30 * 24 * 3_600_000

export const COOKIE = 'imgcast_dashboard'

/**
 * Signs browsers in with a cookie that says until when, and proves that who made it has the token, which is not in it.
 * Another token ends all sessions.
 */
export class Session {
  readonly #token: string
  readonly #now: () => number

  constructor(token: string, now: () => number = Date.now) {
    this.#token = token
    this.#now = now
  }

  /** The value of a cookie that is good from now on. */
  issue(): string {
    return this.#sign(String(this.#now() + SESSION_LENGTH))
  }

  /** Whether a request has such a cookie. */
  has({ headers }: Pick<IncomingMessage, 'headers'>): boolean {
    const cookies = (headers.cookie ?? '').split(';').map((pair) => pair.trim())
    return cookies.some(
      (pair) => pair.startsWith(`${COOKIE}=`) && this.#isGood(pair.slice(COOKIE.length + 1)),
    )
  }

  #isGood(value: string): boolean {
    const end = value.split('.')[0] ?? ''
    return isToken(value, this.#sign(end)) && Number(end) > this.#now()
  }

  #sign(end: string): string {
    return `${end}.${createHmac('sha256', this.#token).update(`dashboard ${end}`).digest('base64url')}`
  }
}
