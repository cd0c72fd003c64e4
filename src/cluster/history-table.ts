import type Database from 'libsql'
import type { HistoryArchive, HourRow, RecordRow } from './history-archive.ts'

/** How many hours are deleted at a time, each of any number of rooms: nothing else can happen meanwhile. */
const DELETED_HOURS = 6

/**
 * The part of the file's schema with who watched when. Rows of one hour lie together: each write is to one place of
 * the file however many rooms there are, and old hours go from one end.
 */
export const HISTORY_SCHEMA = `
  CREATE TABLE rooms (
    id INTEGER PRIMARY KEY,
    room TEXT NOT NULL UNIQUE,
    since INTEGER NOT NULL,
    peak INTEGER NOT NULL,
    day INTEGER NOT NULL,
    day_peak INTEGER NOT NULL
  ) STRICT;
  CREATE TABLE history (
    hour INTEGER NOT NULL,
    room INTEGER NOT NULL,
    minutes BLOB NOT NULL,
    PRIMARY KEY (hour, room)
  ) STRICT, WITHOUT ROWID;
`

/** Who watched when, in the SQLite file that `StateFile` opens. */
export class HistoryTable implements HistoryArchive {
  readonly #database: Database.Database
  readonly #selectHours: Database.Statement
  readonly #selectRecord: Database.Statement
  readonly #selectRecords: Database.Statement
  readonly #upsertHour: Database.Statement
  readonly #upsertRecord: Database.Statement
  readonly #deleteHours: Database.Statement

  constructor(database: Database.Database) {
    this.#database = database
    // Each hour is looked up by its key: the rows between two hours of one room are all other rooms'.
    this.#selectHours = database.prepare(`
      WITH RECURSIVE wanted(hour) AS (VALUES (?1) UNION ALL SELECT hour + 1 FROM wanted WHERE hour + 1 < ?2)
      SELECT history.hour, history.minutes FROM wanted CROSS JOIN history
      ON history.hour = wanted.hour AND history.room = (SELECT id FROM rooms WHERE room = ?3)`)
    const record = 'SELECT room, since, peak, day, day_peak AS dayPeak FROM rooms'
    this.#selectRecord = database.prepare(`${record} WHERE room = ?`)
    this.#selectRecords = database.prepare(`${record} WHERE room > ? ORDER BY room LIMIT ?`)
    this.#upsertHour = database.prepare(`
      INSERT INTO history SELECT ?1, id, ?3 FROM rooms WHERE room = ?2
      ON CONFLICT DO UPDATE SET minutes = excluded.minutes`)
    this.#upsertRecord = database.prepare(`
      INSERT INTO rooms (room, since, peak, day, day_peak) VALUES (?, ?, ?, ?, ?)
      ON CONFLICT (room) DO UPDATE SET
      since = excluded.since, peak = excluded.peak, day = excluded.day, day_peak = excluded.day_peak`)
    this.#deleteHours = database.prepare(
      'DELETE FROM history WHERE hour < min(?, (SELECT min(hour) FROM history) + ?)',
    )
  }

  readHours(room: string, from: number, to: number): Pick<HourRow, 'hour' | 'minutes'>[] {
    const rows = this.#selectHours.all(from, to, room) as { hour: number; minutes: ArrayBuffer }[]
    return rows.map(({ hour, minutes }) => ({ hour, minutes: new Uint8Array(minutes) }))
  }

  readRecord(room: string): RecordRow | undefined {
    const row = this.#selectRecord.get(room) as RecordRow | undefined
    return row && toRecord(row)
  }

  readRecords(after: string, most: number): RecordRow[] {
    return (this.#selectRecords.all(after, most) as RecordRow[]).map(toRecord)
  }

  write(hours: readonly HourRow[], records: readonly RecordRow[]): void {
    this.#database.exec('BEGIN IMMEDIATE')
    try {
      for (const { room, since, peak, day, dayPeak } of records)
        this.#upsertRecord.run(room, since, peak, day, dayPeak)
      for (const { room, hour, minutes } of hours) this.#upsertHour.run(hour, room, minutes)
      this.#database.exec('COMMIT')
    } catch (error) {
      // A full disk has ended the transaction by itself.
      if (this.#database.inTransaction) this.#database.exec('ROLLBACK')
      throw error
    }
  }

  deleteBefore(hour: number): void {
    this.#deleteHours.run(hour, DELETED_HOURS)
  }
}

/** libsql adds what the query took. */
function toRecord({ room, since, peak, day, dayPeak }: RecordRow): RecordRow {
  return { room, since, peak, day, dayPeak }
}
