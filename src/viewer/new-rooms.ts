import { LRUCache } from 'lru-cache'
import type { Presence } from '../cluster/presence.ts'
import { PublicError } from '../errors.ts'
import { addressGroup } from '../system/address-group.ts'
import { settledWithin } from '../system/settled-within.ts'
import { TokenBuckets } from '../system/token-buckets.ts'

/** The parts of `NewRooms`. */
export interface NewRoomsInit {
  presence: Pick<Presence, 'countsNow'>
  /** Resolves to undefined for a room of which nothing is known. */
  rooms: { get(room: string): Promise<unknown> }
  /** Maximum of rooms that one address may create in a minute; 0 for `NEW_ROOMS_PER_CONNECTION` times `maxConnectionsPerAddress`. */
  maxNewRoomsPerAddress: number
  maxConnectionsPerAddress: number
  /** Milliseconds of a clock that never goes back. @default performance.now */
  now?: () => number
}

/** New rooms that one address may create in a minute, for each stream that it may have open. */
const NEW_ROOMS_PER_CONNECTION = 3
/** Milliseconds that a picture waits for the store: rooms that it cannot report by then count as new until it does. */
const PATIENCE = 150
/** Rooms that are remembered to exist, and for how long, in milliseconds: one that is deleted meanwhile is not limited until then. */
const REMEMBERED = { max: 10_000, ttl: 60_000, ttlResolution: 0 }

/**
 * Limits how many rooms one address can create, as each is stored. Existing rooms cost nothing, so that a
 * crowd behind one address, or behind a proxy that is not trusted yet, can see every picture that somebody has seen before.
 */
export class NewRooms {
  readonly #init: NewRoomsInit
  readonly #perMinute: number
  readonly #created: TokenBuckets
  readonly #existing: LRUCache<string, true>

  constructor(init: NewRoomsInit) {
    const { maxNewRoomsPerAddress, maxConnectionsPerAddress, now } = init
    this.#init = init
    this.#perMinute = maxNewRoomsPerAddress || maxConnectionsPerAddress * NEW_ROOMS_PER_CONNECTION
    this.#created = new TokenBuckets({ perSecond: this.#perMinute / 60, burst: this.#perMinute }, now)
    this.#existing = new LRUCache({ ...REMEMBERED, ...(now && { perf: { now } }) })
  }

  /** Whether a room is known to exist: `check` would let it pass. */
  knows(room: string): boolean {
    return this.#existing.get(room) === true || Boolean(this.#init.presence.countsNow(room)?.connections)
  }

  /** Whether a room exists. Resolves to false while the store fails. */
  async exists(room: string): Promise<boolean> {
    if (this.knows(room)) return true
    return this.#init.rooms.get(room).then(
      (known) => known !== undefined,
      () => false,
    )
  }

  /** Counts the rooms that are new. Rejects with a `PublicError` 429 if the address has created too many. */
  async check(rooms: readonly string[], address: string): Promise<void> {
    const unwatched = rooms.filter((room) => !this.knows(room))
    if (unwatched.length === 0) return
    const network = addressGroup(address)
    let count = unwatched.length
    // Once the rooms are charged, one that turns out to exist is refunded.
    let isCharged = false
    const looks = unwatched.map(async (room) => {
      // While the store fails, nothing is stored that would have to be limited.
      const isNew = await this.#init.rooms.get(room).then(
        (known) => {
          if (known !== undefined) this.#existing.set(room, true)
          return known === undefined
        },
        () => false,
      )
      if (isNew) return
      if (isCharged) this.#created.spend(network, -1)
      else count -= 1
    })
    await settledWithin(PATIENCE, Promise.all(looks))
    if (count === 0) return
    this.#spend(network, count)
    isCharged = true
  }

  #spend(network: string, count: number): void {
    if (this.#created.has(network)) return this.#created.spend(network, count)
    throw new PublicError({
      code: 'too-many-new-rooms',
      status: 429,
      caption: 'too many new rooms from your address',
      detail: `This address may create ${this.#perMinute} new rooms a minute (--max-new-rooms-per-address).`,
      headers: { 'Retry-After': String(Math.max(1, Math.ceil(60 / this.#perMinute))) },
    })
  }
}
