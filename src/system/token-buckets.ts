import { LRUCache } from 'lru-cache'

/** The rate that each bucket allows. */
export interface BucketRate {
  /** Tokens that flow in each second. */
  perSecond: number
  /** Tokens that a bucket holds. */
  burst: number
}

interface Bucket {
  tokens: number
  at: number
}

/** Buckets to remember. Strangers can have any number of names: the ones that were idle longest are forgotten first. */
const MAX_BUCKETS = 10_000

/** Token buckets by name: each allows a rate, and a burst before it. */
export class TokenBuckets {
  readonly #rate: BucketRate
  readonly #now: () => number
  readonly #buckets = new LRUCache<string, Bucket>({ max: MAX_BUCKETS })

  /** @param now milliseconds of any clock. */
  constructor(rate: BucketRate, now: () => number = () => performance.now()) {
    this.#rate = rate
    this.#now = now
  }

  /** Takes a token. Returns false where there is none. */
  take(name: string): boolean {
    const isLeft = this.has(name)
    if (isLeft) this.spend(name, 1)
    return isLeft
  }

  /** Whether at least one token is left. */
  has(name: string): boolean {
    return this.#read(name).tokens >= 1
  }

  /** Takes tokens for work that is done already, even if fewer are left: the bucket then has a debt. */
  spend(name: string, tokens: number): void {
    const bucket = this.#read(name)
    bucket.tokens -= tokens
    this.#buckets.set(name, bucket)
  }

  #read(name: string): Bucket {
    const { perSecond, burst } = this.#rate
    const now = this.#now()
    const known = this.#buckets.get(name)
    if (!known) return { tokens: burst, at: now }
    known.tokens = Math.min(burst, known.tokens + ((now - known.at) / 1000) * perSecond)
    known.at = now
    return known
  }
}
