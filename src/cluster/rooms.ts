import type { Room } from '../schema/room-schema.ts'
import { parseRoom } from '../widget/room.ts'
import type { History, RoomRecord } from './history.ts'
import { HITS, toHits } from './hits.ts'
import type { Presence } from './presence.ts'
import type { Store } from './store.ts'

/** All counts of a room; `since` in milliseconds since the epoch. */
export type RoomSummary = Omit<Room, 'since'> & { since: number | null }

/** The data of a room from presence, history and store. */
interface Known {
  counts?: { connections: number; visitors: number } | undefined
  record?: RoomRecord | undefined
  hits: unknown
}

/** The longest list: anyone can invent keys, and memory is finite. Beyond it, unwatched rooms that are last by name are omitted. */
const MAX_ROOMS = 100_000

/** Every room that is or was watched or requested, from presence, history and store. */
export class Rooms {
  readonly #presence: Presence
  readonly #store: Store
  readonly #history: History
  /** Calls during the reading of a list share it. */
  #listing: Promise<RoomSummary[]> | undefined

  constructor({ presence, store, history }: { presence: Presence; store: Store; history: History }) {
    this.#presence = presence
    this.#store = store
    this.#history = history
  }

  /** All rooms, in any order. */
  list(): Promise<RoomSummary[]> {
    this.#listing ??= this.#list().finally(() => {
      this.#listing = undefined
    })
    return this.#listing
  }

  /** The rooms with viewers, in any order. */
  async watched(): Promise<RoomSummary[]> {
    const rooms: RoomSummary[] = []
    for (const { room } of await this.#presence.rooms()) {
      const summary = await this.get(room)
      if (summary) rooms.push(summary)
    }
    return rooms
  }

  /** One room; undefined if it was never watched or requested. */
  async get(room: string): Promise<RoomSummary | undefined> {
    const [counts, record, hits] = await Promise.all([
      this.#presence.counts(room),
      this.#history.record(room),
      this.#store.get(room, HITS),
    ])
    return summarise(room, { counts, record, hits })
  }

  async #list(): Promise<RoomSummary[]> {
    const known = new Map<string, Known>()
    // Both lists are sorted by room: cut both at the same room.
    let last: string | undefined
    for await (const record of this.#history.records()) {
      known.set(record.room, { hits: 0, record })
      if (known.size < MAX_ROOMS) continue
      last = record.room
      break
    }
    for await (const [room, hits] of this.#store.list(HITS)) {
      if (last !== undefined && room > last) break
      if (known.has(room) || known.size < MAX_ROOMS) known.set(room, { ...known.get(room), hits })
    }
    const rooms: RoomSummary[] = []
    for (const { room, ...counts } of await this.#presence.rooms()) {
      const found = known.get(room)
      const summary = found ? summarise(room, { ...found, counts }) : await this.get(room)
      if (summary) rooms.push(summary)
      known.delete(room)
    }
    for (const [room, each] of known) {
      const summary = summarise(room, each)
      if (summary) rooms.push(summary)
    }
    return rooms
  }
}

/** Undefined for a room that was never watched, and whose requests all failed. */
function summarise(room: string, { counts, record, ...known }: Known): RoomSummary | undefined {
  const hits = toHits(known.hits)
  const { connections = 0, visitors = 0 } = counts ?? {}
  const { since = null, peak = 0, peakToday = 0 } = record ?? {}
  if (hits === 0 && connections === 0 && peak === 0) return undefined
  const { widget, key } = parseRoom(room)
  return { room, widget, key, connections, visitors, peak, peakToday, hits, since }
}
