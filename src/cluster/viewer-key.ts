import { createHmac, randomBytes } from 'node:crypto'
import type { Logger } from 'pino'
import { addressGroup, isLoopback } from '../system/address-group.ts'
import { MemoryViewerSecrets } from './memory-viewer-secrets.ts'
import { DAY } from './minute.ts'
import type { ViewerSecrets } from './viewer-secrets.ts'

/** The properties that distinguish people. They are not stored. */
export interface Identity {
  address: string
  userAgent: string
  language: string
  /** Whether a proxy passed the request on, as far as it shows. @default false */
  isProxied?: boolean
}

/** The options of viewer keys. */
export interface ViewerKeysInit {
  /** @default random secrets of this process */
  secrets?: ViewerSecrets
  /** @default no log */
  log?: Logger
  /** @default Date.now */
  now?: () => number
}

/**
 * Makes viewer keys: a keyed hash, which shows only whether two streams are one person's. The hash's key belongs to the
 * cluster, is random, never on disk, and new every day. Each day's key is fetched the day before; until it arrives, a
 * random key of this process replaces it, which can count a person twice who watches on two nodes.
 */
export class ViewerKeys {
  readonly #secrets: ViewerSecrets
  readonly #log: Logger | undefined
  readonly #now: () => number
  /** By day: today's, tomorrow's, and placeholders. */
  readonly #known = new Map<number, { secret: Buffer; isShared: boolean }>()
  readonly #fetching = new Set<number>()
  #day = Number.NaN

  constructor({ secrets = new MemoryViewerSecrets(), log, now = Date.now }: ViewerKeysInit = {}) {
    this.#secrets = secrets
    this.#log = log
    this.#now = now
  }

  /** Fetches the keys of today and tomorrow. Never rejects. */
  async load(): Promise<void> {
    const today = dayOf(this.#now())
    await Promise.all([this.#fetch(today), this.#fetch(today + 1)])
  }

  /** `<address>.<person>`, both hashed; limits by address use the first part, which is missing for a proxy on this machine. */
  keyOf({ address, userAgent, language, isProxied = false }: Identity): string {
    const person = this.#hash([address, userAgent, language]).slice(0, 22)
    // Behind a proxy that is not trusted yet, all viewers would share one limit.
    return isProxied && isLoopback(address)
      ? person
      : `${this.#hash([addressGroup(address)]).slice(0, 12)}.${person}`
  }

  #hash(parts: readonly string[]): string {
    return createHmac('sha256', this.#today()).update(JSON.stringify(parts)).digest('base64url')
  }

  #today(): Buffer {
    const today = dayOf(this.#now())
    if (today !== this.#day) {
      this.#day = today
      for (const day of this.#known.keys()) if (day < today || day > today + 1) this.#known.delete(day)
      void this.#fetch(today)
      void this.#fetch(today + 1)
    }
    const known = this.#known.get(today) ?? { secret: randomBytes(32), isShared: false }
    this.#known.set(today, known)
    return known.secret
  }

  async #fetch(day: number): Promise<void> {
    if (this.#known.get(day)?.isShared || this.#fetching.has(day)) return
    this.#fetching.add(day)
    try {
      const secret = await this.#secrets.ofDay(day)
      // A viewer that was hashed with a temporary key must keep that hash while its streams are open.
      if (!this.#known.has(day)) this.#known.set(day, { secret, isShared: true })
    } catch (error) {
      this.#log?.warn({ error: (error as Error).message }, "cannot fetch the cluster's viewer secret")
    }
    this.#fetching.delete(day)
  }
}

function dayOf(time: number): number {
  return Math.floor(time / DAY)
}
