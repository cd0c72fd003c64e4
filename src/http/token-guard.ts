import { setTimeout as sleep } from 'node:timers/promises'
import { LRUCache } from 'lru-cache'
import { PublicError } from '../errors.ts'
import { addressGroup } from '../system/address-group.ts'
import { isEqualSecret } from './is-equal-secret.ts'
import { clientAddress, type PictureRequest } from './request.ts'

/** The error code of a request with a wrong token. */
export const WRONG_TOKEN = 'wrong-token'

/** Wrong tokens of one address within a minute; later ones wait before they are refused. */
const MAX_TRIES = 10
const WINDOW = 60_000
const MAX_ADDRESSES = 10_000
/** Milliseconds before a further wrong token is refused. */
const DELAY = 1_000
/** Refusals that wait at the same time; more are sent at once, so that guesses hold few sockets. */
const MAX_DELAYED = 100

/**
 * Checks the token of requests. After ten wrong ones from an address it slows down its further wrong ones. The right
 * token is always accepted at once: strangers who share an address with the operator cannot lock the operator out.
 */
export class TokenGuard {
  readonly #token: string
  readonly #delay: number
  readonly #wrong = new LRUCache<string, number>({ max: MAX_ADDRESSES, ttl: WINDOW, noUpdateTTL: true })
  #delayed = 0

  /** @param delay milliseconds; for tests */
  constructor(token: string, delay: number = DELAY) {
    this.#token = token
    this.#delay = delay
  }

  /** Rejects with a `PublicError` 401 if a request does not have the token: late after too many wrong ones. */
  async check(request: PictureRequest): Promise<void> {
    const given = /^Bearer +([^ ].*)$/i.exec(request.headers.authorization ?? '')?.[1] ?? ''
    if (this.accepts(given)) return
    // A request without a token is not a guess.
    throw given === '' ? unauthorized('unauthorized') : await this.refuse(request)
  }

  /** Counts a wrong token. Resolves to the refusal: late after too many wrong ones. */
  async refuse(request: PictureRequest): Promise<PublicError> {
    await this.countWrong(request)
    return unauthorized(WRONG_TOKEN)
  }

  accepts(given: string): boolean {
    return isEqualSecret(given, this.#token)
  }

  /** Counts a wrong token, and waits if its address has sent too many. Returns whether it has. */
  async countWrong(request: PictureRequest): Promise<boolean> {
    const address = addressGroup(clientAddress(request))
    const tries = (this.#wrong.get(address) ?? 0) + 1
    this.#wrong.set(address, tries)
    if (tries <= MAX_TRIES) return false
    if (this.#delayed < MAX_DELAYED) {
      this.#delayed += 1
      await sleep(this.#delay, undefined, { ref: false })
      this.#delayed -= 1
    }
    return true
  }
}

function unauthorized(code: string): PublicError {
  return new PublicError({
    code,
    status: 401,
    caption: 'expected the header Authorization: Bearer <token>',
    headers: { 'WWW-Authenticate': 'Bearer' },
  })
}
