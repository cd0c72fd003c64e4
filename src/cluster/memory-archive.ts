import { LRUCache } from 'lru-cache'
import type { HistoryStep } from '../widget/room-history.ts'
import type { HistoryRange } from './history.ts'
import type { HistoryArchive, RecordRow, RoomActivity } from './history-archive.ts'
import { type HourRows, readSavedSteps, saveActivity } from './saved-hours.ts'

/** Limits for all rooms together: anyone can invent keys, and memory is finite. */
const MAX_HOURS = 100_000
const MAX_RECORDS = 10_000

/** An archive in memory. It evicts the least recently used entries, and is lost when the process ends. */
export class MemoryArchive implements HistoryArchive {
  // By size: with `max`, lru-cache allocates everything at the start.
  readonly #hours = new LRUCache<string, { hour: number; minutes: Uint8Array }>({
    maxSize: MAX_HOURS,
    sizeCalculation: () => 1,
  })
  readonly #records = new LRUCache<string, RecordRow>({ maxSize: MAX_RECORDS, sizeCalculation: () => 1 })
  readonly #rows: HourRows = {
    readHour: (room, hour) => this.#hours.get(idOf(room, hour))?.minutes,
    readHours: (room, from, to) => this.#readHours(room, from, to),
    readRecord: (room) => this.#records.get(room),
    writeRecord: (record) => void this.#records.set(record.room, record),
    writeHour: (room, hour, minutes) => void this.#hours.set(idOf(room, hour), { hour, minutes }),
    deleteHour: (room, hour) => void this.#hours.delete(idOf(room, hour)),
  }

  async readSteps(room: string, range: HistoryRange): Promise<HistoryStep[]> {
    return readSavedSteps(this.#rows, room, range, () => {})
  }

  async readRecords(rooms: readonly string[]): Promise<(RecordRow | undefined)[]> {
    return rooms.map((room) => this.#records.get(room))
  }

  async listRecords(after: string, limit: number): Promise<RecordRow[]> {
    return [...this.#records.values()]
      .filter(({ room }) => room > after)
      .sort(({ room: one }, { room: other }) => (one < other ? -1 : 1))
      .slice(0, limit)
  }

  async add(activity: readonly RoomActivity[]): Promise<void> {
    for (const each of activity) saveActivity(this.#rows, each, () => {})
  }

  /** The least recently used rooms are evicted if there are too many. */
  async forgetRooms(): Promise<number> {
    return 0
  }

  async deleteBefore(hour: number): Promise<void> {
    for (const [id, row] of this.#hours.entries()) if (row.hour < hour) this.#hours.delete(id)
  }

  *#readHours(room: string, from: number, to: number): Generator<{ hour: number; minutes: Uint8Array }> {
    for (let hour = from; hour < to; hour += 1) {
      const row = this.#hours.get(idOf(room, hour))
      if (row) yield row
    }
  }
}

function idOf(room: string, hour: number): string {
  return `${hour}\n${room}`
}
