import { conflict, isStoreUnavailable, notFound } from '../errors.ts'
import type { Room } from '../schema/room-schema.ts'
import { isPassingRoom, parseRoom } from '../widget/room.ts'
import type { Bus } from './bus.ts'
import type { History } from './history.ts'
import { HITS, toHits } from './hits.ts'
import type { Presence, WatchedCounts } from './presence.ts'
import type { RoomLists } from './room-directory.ts'
import { type Place, placeOf, type RoomFilter, type RoomRow, type TableSort } from './room-table.ts'
import type { Store } from './store.ts'
import { comparePlaces, takeFirst } from './take-first.ts'

/** All counts of a room; `since` in milliseconds since the epoch. */
export type RoomSummary = Omit<Room, 'since'> & { since: number | null }

/** What rooms can be sorted by. */
export type RoomSort = TableSort | 'connections' | 'visitors'

/** Which rooms are wanted. */
export interface RoomQuery extends RoomFilter {
  sort: RoomSort
  isDescending: boolean
  /** Whether only rooms are wanted that somebody watches, or only others. @default both */
  watched?: boolean | undefined
  limit: number
  /** The last room of the page before. */
  after?: Place | undefined
}

/** Some of the rooms. */
export interface RoomPage {
  rooms: RoomSummary[]
  /** How many there are in all, on every page. */
  total: number
  /** The last room of the page; undefined if it is the last page. */
  last: Place | undefined
  /** Whether the store cannot be reached: these are the rooms that are watched on this server. @default they are all */
  isPartial?: true
}

/** Sums over all rooms. */
export interface RoomTotals {
  connections: number
  visitors: number
  /** Undefined while the store cannot be reached. */
  hits: number | undefined
  watched: number
  rooms: number
  /** The widgets that have rooms, in their order. */
  widgets: string[]
}

/** What rooms are counted and kept by. */
export interface RoomsInit {
  presence: Presence
  store: Store
  history: History
  bus: Bus
  rooms: RoomLists
}

const POLL = '$poll'

/** The lists of rooms while the store cannot be reached. */
const UNREACHED: RoomLists = {
  list: async () => [],
  read: async () => [],
  count: async () => ({ rooms: 0, hits: 0 }),
  widgets: async () => [],
  delete: async () => false,
}

/** Every room that is or was watched or requested, from presence, history and store. */
export class Rooms {
  readonly #init: RoomsInit

  constructor(init: RoomsInit) {
    this.#init = init
  }

  /** One room; undefined if it was never watched or requested. */
  async get(room: string): Promise<RoomSummary | undefined> {
    const { presence, history, store } = this.#init
    const [{ connections, visitors }, record, stored] = await Promise.all([
      presence.counts(room),
      history.record(room),
      store.get(room, HITS),
    ])
    const hits = toHits(stored)
    const { since = null, peak, peakToday } = record
    if (hits === 0 && connections === 0 && peak === 0) return undefined
    return toSummary({ room, since, peak, peakToday, hits }, { room, connections, visitors })
  }

  /**
   * As `get`. While the store cannot be reached, a room that is watched on this server has only its counts, and `isPartial`;
   * any other rejects.
   */
  async find(room: string): Promise<RoomSummary | undefined> {
    try {
      return await this.get(room)
    } catch (error) {
      if (!isStoreUnavailable(error)) throw error
      const { connections, visitors } = await this.#init.presence.counts(room)
      if (connections === 0) throw error
      return { ...toSummary(unknownRow(room), { room, connections, visitors }), isPartial: true }
    }
  }

  /**
   * One page of the rooms. It begins after the last room of the page before, wherever that would be now: counts move
   * between two pages. Costs in proportion to the rooms that are watched and to the page; not to all rooms there are.
   */
  async page(query: RoomQuery): Promise<RoomPage> {
    try {
      return await this.#page(query)
    } catch (error) {
      if (!isStoreUnavailable(error)) throw error
      if (query.watched === false) return { rooms: [], total: 0, last: undefined, isPartial: true }
      const own = new Rooms({ ...this.#init, rooms: UNREACHED })
      return { ...(await own.page({ ...query, watched: true })), isPartial: true }
    }
  }

  async #page(query: RoomQuery): Promise<RoomPage> {
    const { search, widget, exclude = [], watched, limit } = query
    const all = (await this.#init.presence.rooms()).filter(({ room }) => isWanted(room, query))
    const open = new Map(all.map((counts) => [counts.room, counts]))
    const excluded = watched === false ? [...exclude, ...roomsWithStreams(open.values())] : exclude
    const [count, places] = await Promise.all([
      this.#init.rooms.count({ search, widget, exclude: excluded }),
      this.#places({ ...query, limit: limit + 1 }, open),
    ])
    const shown = places.slice(0, limit)
    return {
      rooms: await this.#summaries(shown, open),
      total: watched ? roomsWithStreams(open.values()).length : count.rooms,
      last: places.length > limit ? shown.at(-1)?.place : undefined,
    }
  }

  /** Sums over all rooms. @param exclude rooms that are left out */
  async totals(exclude: readonly string[] = []): Promise<RoomTotals> {
    const { presence, rooms } = this.#init
    const open = (await presence.rooms()).filter(({ room }) => isWanted(room, { exclude }))
    const sum = (name: 'connections' | 'visitors') => open.reduce((total, room) => total + room[name], 0)
    const watched = roomsWithStreams(open)
    const counts = { connections: sum('connections'), visitors: sum('visitors'), watched: watched.length }
    try {
      const [count, widgets] = await Promise.all([rooms.count({ exclude }), rooms.widgets(exclude)])
      return { ...counts, ...count, widgets }
    } catch (error) {
      if (!isStoreUnavailable(error)) throw error
      const widgets = [...new Set(watched.map((room) => parseRoom(room).widget))].sort()
      return { ...counts, rooms: watched.length, hits: undefined, widgets }
    }
  }

  /**
   * Deletes a room for good: what it remembers, its hits, its peaks and its history.
   * @throws PublicError 404 for a room of which nothing is known, 409 for one that is watched or polled.
   */
  async delete(room: string): Promise<void> {
    const { presence, store, bus, rooms } = this.#init
    const { connections } = await presence.counts(room)
    if (connections > 0)
      throw conflict(
        'room-watched',
        `${room} has ${connections} open streams, and can be deleted when they have ended`,
      )
    if ((await store.get(room, POLL)) !== undefined)
      throw conflict(
        'room-polled',
        `${room} is kept by a poll: delete /api/status/${parseRoom(room).key}/poll first`,
      )
    if (!(await rooms.delete(room))) throw notFound(`nothing is known of ${room}`)
    bus.publish(room, 'deleted')
  }

  async #places(query: RoomQuery, open: ReadonlyMap<string, WatchedCounts>): Promise<Found[]> {
    const { sort, watched } = query
    if (sort === 'connections' || sort === 'visitors') return this.#byCounts(query, sort, open)
    if (watched) return this.#amongOpen(query, sort, open)
    return this.#inTable(query, sort, watched === false ? roomsWithStreams(open.values()) : [])
  }

  /** Unwatched rooms have the same counts, and so are in the order of their names. */
  async #byCounts(
    query: RoomQuery,
    sort: 'connections' | 'visitors',
    open: ReadonlyMap<string, WatchedCounts>,
  ): Promise<Found[]> {
    const { isDescending, watched, limit, after } = query
    const wasUnwatched = after?.value === 0
    const [afterOpen, afterOthers] = wasUnwatched ? [undefined, after] : [after, undefined]
    const places = [...open.values()]
      .filter(({ connections }) => watched === undefined || connections > 0 === watched)
      .map((counts) => ({ value: counts[sort], room: counts.room }))
      .filter(({ value }) => value > 0)
    const left = places.map(({ room }) => room)
    if (watched === false) left.push(...roomsWithStreams(open.values()))
    const ofOpen = (max: number) =>
      firstAfter(places, isDescending, afterOpen, max).map((place) => ({ place }))
    const ofOthers = async (max: number) => {
      const place = afterOthers && { value: afterOthers.room, room: afterOthers.room }
      const range = { ...query, isDescending: false, after: place, limit: max }
      const found = await this.#inTable(range, 'room', left)
      return found.map(({ row, place: { room } }) => ({ row, place: { value: 0, room } }))
    }
    if (watched === true) return after && wasUnwatched ? [] : ofOpen(limit)
    // The second part begins where the page before was in it.
    const isInSecond = after !== undefined && wasUnwatched === isDescending
    const first = isInSecond ? [] : isDescending ? ofOpen(limit) : await ofOthers(limit)
    const rest = limit - first.length
    if (rest === 0) return first
    return [...first, ...(isDescending ? await ofOthers(rest) : ofOpen(rest))]
  }

  async #amongOpen(
    { isDescending, after, limit }: RoomQuery,
    sort: TableSort,
    open: ReadonlyMap<string, WatchedCounts>,
  ): Promise<Found[]> {
    const rooms = roomsWithStreams(open.values())
    if (sort === 'room') {
      const places = rooms.map((room) => ({ value: room, room }))
      return firstAfter(places, isDescending, after, limit).map((place) => ({ place }))
    }
    const known = new Map((await this.#init.rooms.read(rooms)).map((row) => [row.room, row]))
    const places = rooms.map((room) => placeOf(known.get(room) ?? unknownRow(room), sort))
    return firstAfter(places, isDescending, after, limit).map((place) => ({
      place,
      row: known.get(place.room),
    }))
  }

  async #inTable(
    { search, widget, exclude = [], isDescending, after, limit }: RoomQuery,
    sort: TableSort,
    without: readonly string[],
  ): Promise<Found[]> {
    const range = { search, widget, exclude: [...exclude, ...without], sort, isDescending, after, limit }
    const rows = await this.#init.rooms.list(range)
    return rows.map((row) => ({ row, place: placeOf(row, sort) }))
  }

  async #summaries(
    found: readonly Found[],
    open: ReadonlyMap<string, WatchedCounts>,
  ): Promise<RoomSummary[]> {
    const missing = found.flatMap(({ row, place }) => (row ? [] : [place.room]))
    const read = new Map((await this.#init.rooms.read(missing)).map((row) => [row.room, row]))
    return found.map(({ row, place: { room } }) =>
      toSummary(
        row ?? read.get(room) ?? unknownRow(room),
        open.get(room) ?? { room, connections: 0, visitors: 0 },
      ),
    )
  }
}

/** A room on a page, with its saved data if that was read. */
interface Found {
  place: Place
  row?: RoomRow | undefined
}

/** The rooms that have open streams; the others have only visitors who got stills. */
function roomsWithStreams(open: Iterable<WatchedCounts>): string[] {
  return [...open].filter(({ connections }) => connections > 0).map(({ room }) => room)
}

function isWanted(room: string, { search = '', widget, exclude = [] }: RoomFilter): boolean {
  if (isPassingRoom(room)) return false
  if (widget !== undefined && parseRoom(room).widget !== widget) return false
  return room.toLowerCase().includes(search) && !exclude.includes(room)
}

function firstAfter(
  places: Place[],
  isDescending: boolean,
  after: Place | undefined,
  limit: number,
): Place[] {
  const compare = comparePlaces(isDescending)
  return takeFirst(after ? places.filter((place) => compare(place, after) > 0) : places, limit, compare)
}

/** A room that is watched, and of which nothing is saved because the storage fails. */
function unknownRow(room: string): RoomRow {
  return { room, since: null, peak: 0, peakToday: 0, hits: 0 }
}

function toSummary({ room, ...row }: RoomRow, { connections, visitors }: WatchedCounts): RoomSummary {
  const { widget, key } = parseRoom(room)
  return { ...{ room, widget, key, connections, visitors }, ...row, peak: Math.max(row.peak, visitors) }
}
