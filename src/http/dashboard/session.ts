import { createHmac } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import { isToken } from '../token.ts'

/** How long a browser stays signed in, in milliseconds. */
export const SESSION_LENGTH = 30 * 24 * 3_600_000

export const COOKIE = 'imgcast_dashboard'

/** The longest cookie header that is searched, in bytes. */
const MAX_COOKIES = 16_384
const MAX_SESSIONS = 4
/** Every cookie of the name, its value without quotes and at most as long as one of ours can be. */
const SESSIONS = new RegExp(`(?<=^|;)[ \\t]*${COOKIE}=[\\w.-]{1,200}(?=[ \\t]*(?:;|$))`, 'g')

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
    const values = (headers.cookie ?? '').slice(0, MAX_COOKIES).match(SESSIONS) ?? []
    // A browser has one for each path. Each costs a signature.
    return values.slice(0, MAX_SESSIONS).some((pair) => this.#isGood(pair.slice(pair.indexOf('=') + 1)))
  }

  #isGood(value: string): boolean {
    const end = value.split('.')[0] ?? ''
    return isToken(value, this.#sign(end)) && Number(end) > this.#now()
  }

  #sign(end: string): string {
    return `${end}.${createHmac('sha256', this.#token).update(`dashboard ${end}`).digest('base64url')}`
  }
}
