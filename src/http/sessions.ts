import { createHmac, randomBytes } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import { LRUCache } from 'lru-cache'
import type { Store } from '../cluster/store.ts'
import { isStoreUnavailable } from '../errors.ts'
import { isEqualSecret } from './is-equal-secret.ts'

/** How long a browser stays signed in, in milliseconds. */
export const SESSION_LENGTH = 30 * 24 * 3_600_000

/** Below `/api`: the only path there that a session opens, as a browser's `EventSource` cannot send a token. */
export const EVENTS_PATH = '/events'

export const COOKIE = 'imgcast_dashboard'

/** In the store: when a revoked session would have ended, in milliseconds since the epoch. */
const REVOKED = '$revoked'
/** Sessions without the store that a process knows at most. */
const MAX_UNCHECKED = 100
/** Cookies of one request that are checked: a browser sends one for each path. */
const MAX_COOKIES = 4

/** What `Sessions` works with. */
export interface SessionsInit {
  token: string
  /** Keeps revoked sessions, for all nodes and across restarts. */
  store: Pick<Store, 'get' | 'set' | 'list' | 'delete'>
  /** Returns milliseconds since the epoch; for tests. */
  now?: () => number
}

/**
 * Signs browsers in with a cookie: when the session ends, its random id, and a signature that only the holder of the
 * token can make. Another token ends all sessions.
 */
export class Sessions {
  readonly #token: string
  readonly #store: SessionsInit['store']
  readonly #now: () => number
  /** Sessions that began here while the store could not be reached: none of them can have been revoked before. */
  readonly #unchecked = new LRUCache<string, true>({ max: MAX_UNCHECKED })

  constructor({ token, store, now = Date.now }: SessionsInit) {
    this.#token = token
    this.#store = store
    this.#now = now
  }

  /** Returns the cookie of a new session. */
  issue(): string {
    return this.#sign(`${this.#now() + SESSION_LENGTH}.${randomBytes(12).toString('base64url')}`)
  }

  /** As `issue`. If the store cannot be reached now, this process accepts the session until it can. */
  async begin(): Promise<string> {
    const cookie = this.issue()
    const session = cookie.slice(0, cookie.lastIndexOf('.'))
    await this.#isRevoked(session).catch((error) => {
      if (!isStoreUnavailable(error)) throw error
      this.#unchecked.set(session, true)
    })
    return cookie
  }

  /** Whether a request has a cookie of a session that has neither ended nor been revoked. */
  async has(request: Pick<IncomingMessage, 'headers'>): Promise<boolean> {
    for (const session of this.#sessionsOf(request)) {
      if (!(await this.#isRevokedNow(session))) return true
    }
    return false
  }

  async #isRevokedNow(session: string): Promise<boolean> {
    try {
      const isRevoked = await this.#isRevoked(session)
      this.#unchecked.delete(session)
      return isRevoked
    } catch (error) {
      if (isStoreUnavailable(error) && this.#unchecked.has(session)) return false
      throw error
    }
  }

  async #isRevoked(session: string): Promise<boolean> {
    return (await this.#store.get(roomOfSession(session), REVOKED)) !== undefined
  }

  /** Ends the sessions of a request for good, and forgets revoked ones that have ended since. */
  async revoke(request: Pick<IncomingMessage, 'headers'>): Promise<void> {
    for (const session of this.#sessionsOf(request)) {
      this.#unchecked.delete(session)
      await this.#store.set(roomOfSession(session), REVOKED, endOf(session), { durable: true })
    }
    for await (const [room, end] of this.#store.list(REVOKED)) {
      if (Number(end) <= this.#now()) await this.#store.delete(room, REVOKED)
    }
  }

  /** The sessions of a request's cookies that have a valid signature and have not ended. */
  #sessionsOf({ headers }: Pick<IncomingMessage, 'headers'>): string[] {
    const prefix = `${COOKIE}=`
    const cookies = (headers.cookie ?? '').split(';').map((pair) => pair.trim())
    return cookies
      .filter((pair) => pair.startsWith(prefix))
      .slice(0, MAX_COOKIES)
      .map((pair) => pair.slice(prefix.length))
      .flatMap((cookie) => {
        const session = cookie.slice(0, Math.max(0, cookie.lastIndexOf('.')))
        return isEqualSecret(cookie, this.#sign(session)) && endOf(session) > this.#now() ? [session] : []
      })
  }

  #sign(session: string): string {
    const signature = createHmac('sha256', this.#token).update(`dashboard ${session}`).digest('base64url')
    return `${session}.${signature}`
  }
}

function endOf(session: string): number {
  return Number(session.split('.')[0])
}

/** Only its id, so that a copy of the database contains no session that still works. */
function roomOfSession(session: string): string {
  return `$session/${session.split('.')[1]}`
}
