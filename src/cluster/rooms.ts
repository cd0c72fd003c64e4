import { HITS, SINCE } from './hits.ts'
import type { Presence, RoomCounts } from './presence.ts'
import type { Store } from './store.ts'

/** All that is counted of a room. */
export interface RoomSummary {
  room: string
  widget: string
  key: string
  /** Open picture streams. */
  connections: number
  /** Distinct people among them. */
  visitors: number
  /** The most visitors at once, as far as that is remembered. */
  peak: number
  /** How often its pictures were asked for. */
  hits: number
  /** When it was first watched or asked for: milliseconds since 1970, null where nobody remembers. */
  since: number | null
}

/** Keys are free to invent: of more rooms than this, some are left out. */
const MOST_ROOMS = 100_000

/** Every room that is watched or ever was, put together from who watches now and from what the store remembers. */
export class Rooms {
  readonly #presence: Presence
  readonly #store: Store

  constructor(presence: Presence, store: Store) {
    this.#presence = presence
    this.#store = store
  }

  /** All of them, in any order. */
  async list(): Promise<RoomSummary[]> {
    const [watched, hits, since] = await Promise.all([
      this.#presence.rooms(),
      this.#store.list(HITS, MOST_ROOMS),
      this.#store.list(SINCE, MOST_ROOMS),
    ])
    const began = new Map(since)
    const rooms = new Map<string, RoomSummary>()
    for (const [room, count] of hits) {
      const summary = summarise(room, { hits: count, since: began.get(room) })
      if (summary) rooms.set(room, summary)
    }
    for (const counts of watched) {
      const { hits = 0, since = null } = rooms.get(counts.room) ?? {}
      const summary = summarise(counts.room, { counts, hits, since })
      if (summary) rooms.set(counts.room, summary)
    }
    return [...rooms.values()]
  }

  /** One of them; undefined where nobody ever watched it or asked for it. */
  async get(room: string): Promise<RoomSummary | undefined> {
    const [counts, hits, since] = await Promise.all([
      this.#presence.room(room),
      this.#store.get(room, HITS),
      this.#store.get(room, SINCE),
    ])
    return summarise(room, { counts, hits, since })
  }
}

interface Known {
  counts?: RoomCounts | undefined
  hits: unknown
  since: unknown
}

/** Undefined for what is no room: what ended as an error was counted, and taken back. */
function summarise(room: string, { counts, ...known }: Known): RoomSummary | undefined {
  const hits = typeof known.hits === 'number' ? known.hits : 0
  if (hits <= 0 && !counts) return undefined
  const slash = room.indexOf('/')
  const began = [known.since, counts?.since].filter((time) => typeof time === 'number')
  return {
    room,
    widget: room.slice(0, slash),
    key: room.slice(slash + 1),
    connections: counts?.connections ?? 0,
    visitors: counts?.visitors ?? 0,
    peak: counts?.peak ?? 0,
    hits,
    since: began.length > 0 ? Math.min(...began) : null,
  }
}
