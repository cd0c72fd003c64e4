import { LRUCache } from 'lru-cache'

/** The networks that a drawing is for. They pay for it in equal parts. */
export interface Payers {
  /** Some of them, at most a few, however many there are. */
  readonly networks: readonly string[]
  /** How many there are in all. */
  readonly count: number
}

/** Milliseconds after which half of a debt is forgotten. */
const HALF_LIFE = 2_000
/** Networks to remember. A stranger can have any number: the ones that were idle longest are forgotten first. */
const MAX_NETWORKS = 10_000

/** The debt from which a network is over its share, while others have something drawn too. */
const OVER_DEBT = 500
/** What others must have had drawn recently for that. */
const OTHERS_DEBT = 5

interface Account {
  debt: number
  at: number
}

/**
 * What each network has recently had drawn, in milliseconds of a render process. The schedules of all processes serve
 * the network with the least debt first, so that one that asks for more than its share waits behind all others.
 */
export class FairShares {
  readonly #accounts = new LRUCache<string, Account>({ max: MAX_NETWORKS })
  readonly #now: () => number
  /** Of all networks together. */
  #total: Account = { debt: 0, at: 0 }

  /** @param now milliseconds of any clock. */
  constructor(now: () => number = () => performance.now()) {
    this.#now = now
  }

  /** Charges `cost` milliseconds to its payers, each an equal part. */
  charge({ networks, count }: Payers, cost: number): void {
    const now = this.#now()
    if (count > 0) this.#total = { debt: decay(this.#total, now) + (cost * networks.length) / count, at: now }
    for (const network of networks) {
      const debt = this.#debtOf(network, now) + cost / count
      this.#accounts.set(network, { debt, at: now })
    }
  }

  /** The least debt among its payers, in milliseconds; 0 where there are none. */
  debt({ networks }: Payers): number {
    const now = this.#now()
    let least = Number.POSITIVE_INFINITY
    for (const network of networks) least = Math.min(least, this.#debtOf(network, now))
    return networks.length > 0 ? least : 0
  }

  /** Whether its payers have had much more drawn than others, of whom there are some. */
  isOver(payers: Payers): boolean {
    const debt = this.debt(payers)
    return debt > OVER_DEBT && decay(this.#total, this.#now()) - debt > OTHERS_DEBT
  }

  #debtOf(network: string, now: number): number {
    const account = this.#accounts.peek(network)
    return account ? decay(account, now) : 0
  }
}

function decay({ debt, at }: Account, now: number): number {
  return debt * 0.5 ** ((now - at) / HALF_LIFE)
}
