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

/** The debt from which a network may be over its share: a sixth of what one process can draw. */
const OVER_DEBT = 500
/** The debt from which a network counts as one that others share with. */
const ACTIVE_DEBT = 5
/** Milliseconds for which an average is used: it takes a walk through all networks. */
const AVERAGE_AGE = 250
/** What the server itself does for each drawing, in milliseconds: messages, comparing, sending. */
const JOB_COST = 2
/** A room may have this many times as much drawn as a network, since it may have viewers of many. */
const ROOM_SHARE = 4

interface Account {
  debt: number
  at: number
}

/**
 * What each network and each room has recently had drawn, in milliseconds of a render process. The schedules of all
 * processes serve the network with the least debt first, so that one that asks for more than its share waits behind all others.
 */
export class FairShares {
  readonly #accounts = new LRUCache<string, Account>({ max: MAX_NETWORKS })
  readonly #now: () => number
  readonly #rooms = new LRUCache<string, Account>({ max: MAX_NETWORKS })
  #average: Account = { debt: 0, at: Number.NEGATIVE_INFINITY }

  /** @param now milliseconds of any clock. */
  constructor(now: () => number = () => performance.now()) {
    this.#now = now
  }

  /**
   * Charges `cost` milliseconds, and what the server does besides, to the payers and to the room: an equal part each, so that
   * a popular picture costs them next to nothing.
   * @param room `<widget>/<key>` of the picture.
   */
  charge({ networks, count }: Payers, cost: number, room: string): void {
    if (count === 0) return
    const now = this.#now()
    const part = (cost + JOB_COST) / count
    for (const network of networks) add(this.#accounts, network, part, now)
    add(this.#rooms, room, part, now)
  }

  /**
   * The debt by which a picture waits for its turn, in milliseconds: the least among its payers. A room with very much
   * drawn, of many looks or for many networks, counts too; least for the picture that most networks watch.
   */
  debt({ networks, count }: Payers, room: string): number {
    if (networks.length === 0) return 0
    const now = this.#now()
    let least = Number.POSITIVE_INFINITY
    for (const network of networks) least = Math.min(least, debtIn(this.#accounts, network, now))
    return Math.max(least, debtIn(this.#rooms, room, now) / ROOM_SHARE / count)
  }

  /** Whether a picture's payers have had much drawn, and more than the others who have something drawn now. */
  isOver(payers: Payers, room: string): boolean {
    const debt = this.debt(payers, room)
    return debt > OVER_DEBT && debt > this.#readAverage()
  }

  /** The average debt of the networks that have something drawn; infinite if there is only one. */
  #readAverage(): number {
    const now = this.#now()
    if (now - this.#average.at < AVERAGE_AGE) return this.#average.debt
    const debts = [...this.#accounts.values()]
      .map((account) => decay(account, now))
      .filter((debt) => debt > ACTIVE_DEBT)
    const sum = debts.reduce((total, debt) => total + debt, 0)
    this.#average = { debt: debts.length > 1 ? sum / debts.length : Number.POSITIVE_INFINITY, at: now }
    return this.#average.debt
  }
}

function add(accounts: LRUCache<string, Account>, name: string, cost: number, now: number): void {
  accounts.set(name, { debt: debtIn(accounts, name, now) + cost, at: now })
}

function debtIn(accounts: LRUCache<string, Account>, name: string, now: number): number {
  const account = accounts.peek(name)
  return account ? decay(account, now) : 0
}

function decay({ debt, at }: Account, now: number): number {
  return debt * 0.5 ** ((now - at) / HALF_LIFE)
}
