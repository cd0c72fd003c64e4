import { setImmediate as nextTurn } from 'node:timers/promises'
import { parseRoom } from '../widget/room.ts'
import { toHits } from './hits.ts'
import type { MemoryArchive } from './memory-archive.ts'
import type { MemoryStore } from './memory-store.ts'
import {
  FEW_HITS,
  type IdleRooms,
  type RoomFilter,
  type RoomRange,
  type RoomRow,
  type RoomTable,
} from './room-table.ts'
import { countScanned, listScanned, type RoomScan, widgetsOfScanned } from './scanned-rooms.ts'

/** Rooms in one turn of the event loop: it takes a millisecond. */
const AT_ONCE = 2_000

/** The rooms of an archive and a store in memory. A scan of all of them leaves time for other work in between. */
export class MemoryRoomTable implements RoomTable {
  readonly #archive: MemoryArchive
  readonly #store: MemoryStore
  readonly #all: RoomScan = (filter, today) => this.#scan(filter, today)

  constructor(archive: MemoryArchive, store: MemoryStore) {
    this.#archive = archive
    this.#store = store
  }

  list(range: RoomRange): Promise<RoomRow[]> {
    return listScanned(this.#all, range)
  }

  async read(rooms: readonly string[], today: number): Promise<RoomRow[]> {
    return rooms.map((room) => this.#row(room, today)).filter(isListed)
  }

  count(filter: RoomFilter): Promise<{ rooms: number; hits: number }> {
    return countScanned(this.#all, filter)
  }

  widgets(exclude: readonly string[]): Promise<string[]> {
    return widgetsOfScanned(this.#all, exclude)
  }

  async delete(room: string): Promise<boolean> {
    const deleted = [this.#archive.deleteRoom(room), this.#store.deleteRoom(room)]
    return deleted.includes(true)
  }

  async forget({ before, maxRooms, unusedSince }: IdleRooms): Promise<string[]> {
    const unwatched: { room: string; seen: number }[] = []
    const hardlyWatched: typeof unwatched = []
    const forgotten = new Set<string>()
    const rooms = this.#rooms()
    for (const [index, room] of rooms.entries()) {
      if (index % AT_ONCE === AT_ONCE - 1) await nextTurn()
      const { peak = 0, seen = 0 } = this.#archive.record(room) ?? {}
      if (peak > 1 || this.#store.isWritten(room)) continue
      const hasFewHits = this.#hits(room) <= FEW_HITS
      if (peak === 0 && hasFewHits && seen < before) forgotten.add(room)
      else if (peak === 0) unwatched.push({ room, seen })
      else if (hasFewHits && seen < unusedSince) hardlyWatched.push({ room, seen })
    }
    let over = rooms.length - forgotten.size - maxRooms
    for (const candidates of [unwatched, hardlyWatched]) {
      const oldest = over > 0 ? candidates.sort((one, other) => one.seen - other.seen).slice(0, over) : []
      for (const { room } of oldest) forgotten.add(room)
      over -= oldest.length
    }
    for (const room of forgotten) await this.delete(room)
    return [...forgotten]
  }

  async *#scan({ search = '', widget, exclude = [] }: RoomFilter, today: number): AsyncGenerator<RoomRow> {
    const excluded = new Set(exclude)
    for (const [index, room] of this.#rooms().entries()) {
      if (index % AT_ONCE === AT_ONCE - 1) await nextTurn()
      if (widget !== undefined && parseRoom(room).widget !== widget) continue
      if (excluded.has(room) || !room.toLowerCase().includes(search)) continue
      const row = this.#row(room, today)
      if (isListed(row)) yield row
    }
  }

  #rooms(): string[] {
    const rooms = new Set(this.#archive.rooms())
    for (const room of this.#store.rooms()) rooms.add(room)
    return [...rooms]
  }

  #row(room: string, today: number): RoomRow {
    const { since = null, peak = 0, day, dayPeak = 0 } = this.#archive.record(room) ?? {}
    return { room, since, peak, peakToday: day === today ? dayPeak : 0, hits: this.#hits(room) }
  }

  #hits(room: string): number {
    return toHits(this.#store.hitsOf(room))
  }
}

function isListed({ peak, hits }: RoomRow): boolean {
  return peak > 0 || hits > 0
}
