import { createHmac, randomBytes } from 'node:crypto'

const DAY = 86_400_000

/** What tells one person from another: nothing of it is kept. */
export interface Identity {
  address: string
  userAgent: string
  language: string
}

/**
 * Makes viewer keys: a keyed hash, so that one person's streams can be seen to be one person's and nothing else can
 * be learned from it. The hash's key is random, never on disk, and new every day.
 */
export class ViewerKeys {
  readonly #now: () => number
  #day = Number.NaN
  #secret: Buffer = Buffer.alloc(0)

  constructor(now: () => number = Date.now) {
    this.#now = now
  }

  keyOf({ address, userAgent, language }: Identity): string {
    const day = Math.floor(this.#now() / DAY)
    if (day !== this.#day) {
      this.#day = day
      this.#secret = randomBytes(32)
    }
    const identity = JSON.stringify([address, userAgent, language])
    return createHmac('sha256', this.#secret).update(identity).digest('base64url').slice(0, 22)
  }
}
