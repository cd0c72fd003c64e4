import { LRUCache } from 'lru-cache'
import type { HistoryStep } from '../widget/room-history.ts'
import type { HistoryRange } from './history.ts'
import { type HistoryArchive, mergeRecords, type RecordRow, type RoomActivity } from './history-archive.ts'
import { hourOf } from './minute.ts'
import { type HourRows, readSavedSteps, saveActivity } from './saved-hours.ts'

/** Of all rooms together: memory is finite. */
const MAX_HOURS = 100_000

/** An archive in memory, until the process ends. It evicts the hours that were used least recently. */
export class MemoryArchive implements HistoryArchive {
  // By size: with `max`, lru-cache allocates everything at the start.
  readonly #hours = new LRUCache<string, { hour: number; minutes: Uint8Array }>({
    maxSize: MAX_HOURS,
    sizeCalculation: () => 1,
  })
  readonly #records = new Map<string, RecordRow & { seen: number }>()
  readonly #rows: HourRows = {
    readHour: (room, hour) => this.#hours.get(idOf(room, hour))?.minutes,
    readHours: (room, from, to) => this.#readHours(room, from, to),
    readRecord: (room) => this.#records.get(room),
    writeRecord: (record, seen) => this.#writeRecord(record, seen),
    writeHour: (room, hour, minutes) => void this.#hours.set(idOf(room, hour), { hour, minutes }),
    deleteHour: (room, hour) => void this.#hours.delete(idOf(room, hour)),
  }

  async readSteps(room: string, range: HistoryRange): Promise<HistoryStep[]> {
    return readSavedSteps(this.#rows, room, range, () => {})
  }

  async readRecords(rooms: readonly string[]): Promise<(RecordRow | undefined)[]> {
    return rooms.map((room) => this.#records.get(room))
  }

  async addRecords(records: readonly RecordRow[], seen: number): Promise<void> {
    for (const record of records)
      this.#writeRecord(mergeRecords(this.#records.get(record.room), record), seen)
  }

  /** The rooms that have a record. */
  rooms(): Iterable<string> {
    return this.#records.keys()
  }

  /** A room's record, and when anything last happened in it. */
  record(room: string): (RecordRow & { seen: number }) | undefined {
    return this.#records.get(room)
  }

  /** Deletes the record and the hours of a room; returns whether there was a record. */
  deleteRoom(room: string): boolean {
    const record = this.#records.get(room)
    if (!record) return false
    for (let hour = hourOf(record.since); hour <= hourOf(record.seen); hour += 1)
      this.#hours.delete(idOf(room, hour))
    return this.#records.delete(room)
  }

  async add(activity: readonly RoomActivity[]): Promise<void> {
    for (const each of activity) saveActivity(this.#rows, each, () => {})
  }

  async deleteBefore(hour: number): Promise<void> {
    for (const [id, row] of this.#hours.entries()) if (row.hour < hour) this.#hours.delete(id)
  }

  #writeRecord(record: RecordRow, seen: number): void {
    const known = this.#records.get(record.room)
    this.#records.set(record.room, { ...record, seen: Math.max(known?.seen ?? 0, seen) })
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
