import { parseRoom } from '../../widget/room.ts'
import { toHits } from '../hits.ts'
import {
  FEW_HITS,
  type IdleRooms,
  type RoomFilter,
  type RoomRange,
  type RoomRow,
  type RoomTable,
  UNKNOWN_SINCE,
} from '../room-table.ts'
import { countScanned, listScanned, type RoomScan, widgetsOfScanned } from '../scanned-rooms.ts'
import type { RedisLink } from './redis-link.ts'
import { DELETE_ROOM, FORGET_ROOMS, READ_ROOMS } from './room-scripts.ts'

/** Rooms read by one script: it takes Redis about a millisecond. */
const READ_AT_ONCE = 500
const DELETED_AT_ONCE = 500
const FORGOTTEN_AT_ONCE = 100
/** Values of a row in the reply of a script. */
const COLUMNS = 5

/** The rooms in Redis. A list reads all of them, part by part, with other commands in between. */
export class RedisRoomTable implements RoomTable {
  readonly #link: RedisLink
  readonly #all: RoomScan = (filter, today) => this.#scan(filter, today)

  constructor(link: RedisLink) {
    this.#link = link
  }

  list(range: RoomRange): Promise<RoomRow[]> {
    return listScanned(this.#all, range)
  }

  async read(rooms: readonly string[], today: number): Promise<RoomRow[]> {
    const rows: RoomRow[] = []
    for (let at = 0; at < rooms.length; at += READ_AT_ONCE)
      rows.push(...(await this.#read(rooms.slice(at, at + READ_AT_ONCE), today)))
    return rows
  }

  count(filter: RoomFilter): Promise<{ rooms: number; hits: number }> {
    return countScanned(this.#all, filter)
  }

  widgets(exclude: readonly string[]): Promise<string[]> {
    return widgetsOfScanned(this.#all, exclude)
  }

  async delete(room: string): Promise<boolean> {
    let deleted = 0
    for (let part = 1; part > 0; deleted += part)
      part = (await this.#link.run(DELETE_ROOM, [`room:${room}`], room, DELETED_AT_ONCE)) as number
    return deleted > 0
  }

  async forget({ before, maxRooms, unusedSince }: IdleRooms): Promise<string[]> {
    const values = [before, maxRooms, unusedSince, FEW_HITS, FORGOTTEN_AT_ONCE]
    return (await this.#link.run(FORGET_ROOMS, ['rooms'], ...values)) as string[]
  }

  async *#scan({ search = '', widget, exclude = [] }: RoomFilter, today: number): AsyncGenerator<RoomRow> {
    const excluded = new Set(exclude)
    // SSCAN can return a room twice.
    const seen = new Set<string>()
    for (let cursor: string | undefined = '0'; cursor !== undefined; ) {
      const key = `${this.#link.prefix}rooms`
      const [next, rooms] = (await this.#link.call('SSCAN', key, cursor, 'COUNT', READ_AT_ONCE)) as [
        string,
        string[],
      ]
      const wanted = rooms.filter((room) => {
        if (seen.has(room) || excluded.has(room) || !room.toLowerCase().includes(search)) return false
        seen.add(room)
        return widget === undefined || parseRoom(room).widget === widget
      })
      yield* await this.read(wanted, today)
      cursor = next === '0' ? undefined : next
    }
  }

  async #read(rooms: readonly string[], today: number): Promise<RoomRow[]> {
    const [first] = rooms
    if (first === undefined) return []
    const values = (await this.#link.run(READ_ROOMS, [`room:${first}`], today, ...rooms)) as string[]
    const rows: RoomRow[] = []
    for (let at = 0; at < values.length; at += COLUMNS) {
      const [room = '', since = '', peak, peakToday, hits] = values.slice(at, at + COLUMNS)
      rows.push({
        room,
        since: since === '' || Number(since) >= UNKNOWN_SINCE ? null : Number(since),
        ...{ peak: Number(peak), peakToday: Number(peakToday), hits: toHits(Number(hits)) },
      })
    }
    return rows.filter(({ peak, hits }) => peak > 0 || hits > 0)
  }
}
