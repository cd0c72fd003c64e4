import type { HistoryArchive, HourRow, RecordRow } from './history-archive.ts'

/** How many hours, of all rooms, and how many rooms are kept: keys are free to invent, memory is not. */
const KEPT_HOURS = 100_000
const KEPT_RECORDS = 10_000

/** An archive that forgets when the process ends, and before that what is longest unwritten. */
export class MemoryArchive implements HistoryArchive {
  // Each is written anew, not in place: a Map keeps the order of insertion.
  readonly #hours = new Map<string, HourRow>()
  readonly #records = new Map<string, RecordRow>()

  readHours(room: string, from: number, to: number): HourRow[] {
    const rows: HourRow[] = []
    for (let hour = from; hour < to; hour += 1) {
      const row = this.#hours.get(idOf(room, hour))
      if (row) rows.push(row)
    }
    return rows
  }

  readRecord(room: string): RecordRow | undefined {
    return this.#records.get(room)
  }

  readRecords(after: string, most: number): RecordRow[] {
    return [...this.#records.values()]
      .filter(({ room }) => room > after)
      .sort(({ room: one }, { room: other }) => (one < other ? -1 : 1))
      .slice(0, most)
  }

  write(hours: readonly HourRow[], records: readonly RecordRow[]): void {
    for (const row of hours) keep(this.#hours, idOf(row.room, row.hour), row, KEPT_HOURS)
    for (const row of records) keep(this.#records, row.room, { ...row }, KEPT_RECORDS)
  }

  deleteBefore(hour: number): void {
    for (const [id, row] of this.#hours) if (row.hour < hour) this.#hours.delete(id)
  }
}

function keep<T>(map: Map<string, T>, id: string, row: T, most: number): void {
  map.delete(id)
  map.set(id, row)
  const [oldest] = map.size > most ? map.keys() : []
  if (oldest !== undefined) map.delete(oldest)
}

function idOf(room: string, hour: number): string {
  return `${hour}\n${room}`
}
