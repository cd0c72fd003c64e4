import type { History, RoomRecord } from './history.ts'
import { HITS, toHits } from './hits.ts'
import type { Presence } from './presence.ts'
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
  /** The most visitors at once, ever. */
  peak: number
  /** The most visitors at once since midnight in UTC. */
  peakToday: number
  /** How often its pictures were asked for. */
  hits: number
  /** When it was first watched or asked for: milliseconds since 1970, null where nobody remembers. */
  since: number | null
}

/** What the parts know of a room. */
interface Known {
  counts?: { connections: number; visitors: number } | undefined
  record?: RoomRecord | undefined
  hits: unknown
}

/** Keys are free to invent: of more rooms than this, some are left out. */
const MOST_ROOMS = 100_000

/** Every room that is watched or ever was, from who watches now, the history, and what the store remembers. */
export class Rooms {
  readonly #presence: Presence
  readonly #store: Store
  readonly #history: History

  constructor({ presence, store, history }: { presence: Presence; store: Store; history: History }) {
    this.#presence = presence
    this.#store = store
    this.#history = history
  }

  /** All of them, in any order. */
  async list(): Promise<RoomSummary[]> {
    const [watched, records, hits] = await Promise.all([
      this.#presence.rooms(),
      this.#history.records(MOST_ROOMS),
      this.#store.list(HITS, MOST_ROOMS),
    ])
    const known = new Map<string, Known>(hits.map(([room, count]) => [room, { hits: count }]))
    for (const record of records) known.set(record.room, { hits: 0, ...known.get(record.room), record })
    for (const counts of watched) known.set(counts.room, { hits: 0, ...known.get(counts.room), counts })
    return [...known].flatMap(([room, each]) => summarise(room, each) ?? [])
  }

  /** One of them; undefined where nobody ever watched it or asked for it. */
  async get(room: string): Promise<RoomSummary | undefined> {
    const [counts, record, hits] = await Promise.all([
      this.#presence.counts(room),
      this.#history.record(room),
      this.#store.get(room, HITS),
    ])
    return summarise(room, { counts, record, hits })
  }
}

/** Undefined for what is no room: nobody watched it, and whatever was asked for ended as an error. */
function summarise(room: string, { counts, record, ...known }: Known): RoomSummary | undefined {
  const hits = toHits(known.hits)
  const { connections = 0, visitors = 0 } = counts ?? {}
  const { since = null, peak = 0, peakToday = 0 } = record ?? {}
  if (hits === 0 && connections === 0 && peak === 0) return undefined
  const slash = room.indexOf('/')
  const [widget, key] = [room.slice(0, slash), room.slice(slash + 1)]
  return { room, widget, key, connections, visitors, peak, peakToday, hits, since }
}
