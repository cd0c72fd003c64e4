import type Database from 'libsql'
import type { HistoryStep } from '../widget/room-history.ts'
import type { HistoryRange } from './history.ts'
import { mergeRecords, type RecordRow, type RoomActivity } from './history-archive.ts'
import { type HourRows, type OnDamage, readSavedSteps, saveActivity } from './saved-hours.ts'
import { inTransaction } from './sqlite.ts'

/** Hours of rooms deleted in one call: other calls wait meanwhile. */
const MAX_DELETED = 5_000

/**
 * The part of the schema for the history. Rows of one hour are adjacent: each transaction writes to one place of the file
 * for any number of rooms, and old hours are deleted at one end.
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

type RawRecord = Omit<RecordRow, 'room'>

/** The history in the SQLite file that `StateFile` opens. */
export class HistoryTable {
  readonly #database: Database.Database
  readonly #onDamage: OnDamage
  readonly #rows: HourRows
  readonly #selectRecord: Database.Statement
  readonly #deleteHours: Database.Statement

  constructor(database: Database.Database, onDamage: OnDamage) {
    this.#database = database
    this.#onDamage = onDamage
    const columns = 'since, peak, day, day_peak AS dayPeak'
    this.#selectRecord = database.prepare(`SELECT ${columns} FROM rooms WHERE room = ?`)
    this.#deleteHours = database.prepare(
      `DELETE FROM history WHERE (hour, room) IN
        (SELECT hour, room FROM history WHERE hour < ? ORDER BY hour, room LIMIT ${MAX_DELETED})`,
    )
    this.#rows = this.#prepareRows()
  }

  readSteps(room: string, range: HistoryRange): HistoryStep[] {
    return readSavedSteps(this.#rows, room, range, this.#onDamage)
  }

  readRecords(rooms: readonly string[]): (RecordRow | undefined)[] {
    return rooms.map((room) => this.#rows.readRecord(room))
  }

  addRecords(records: readonly RecordRow[], seen: number): void {
    inTransaction(this.#database, () => {
      for (const record of records)
        this.#rows.writeRecord(mergeRecords(this.#rows.readRecord(record.room), record), seen)
    })
  }

  add(activity: readonly RoomActivity[]): void {
    inTransaction(this.#database, () => {
      for (const each of activity) saveActivity(this.#rows, each, this.#onDamage)
    })
  }

  deleteBefore(hour: number): void {
    this.#deleteHours.run(hour)
  }

  #prepareRows(): HourRows {
    // Each hour is found by its key, since the rows of all other rooms lie between two hours of one room.
    const selectHours = this.#database.prepare(`
      WITH RECURSIVE wanted(hour) AS (VALUES (?1) UNION ALL SELECT hour + 1 FROM wanted WHERE hour + 1 < ?2)
      SELECT history.hour, history.minutes FROM wanted CROSS JOIN history
      ON history.hour = wanted.hour AND history.room = (SELECT id FROM rooms WHERE room = ?3)`)
    const upsertHour = this.#database.prepare(`
      INSERT INTO history SELECT ?1, id, ?3 FROM rooms WHERE room = ?2
      ON CONFLICT DO UPDATE SET minutes = excluded.minutes`)
    const deleteHour = this.#database.prepare(
      'DELETE FROM history WHERE hour = ? AND room = (SELECT id FROM rooms WHERE room = ?)',
    )
    const upsertRecord = this.#database.prepare(`
      INSERT INTO rooms (room, since, peak, day, day_peak, seen) VALUES (?, ?, ?, ?, ?, ?)
      ON CONFLICT (room) DO UPDATE SET since = excluded.since, peak = excluded.peak, day = excluded.day,
      day_peak = excluded.day_peak, seen = max(rooms.seen, excluded.seen)`)
    const readHours: HourRows['readHours'] = (room, from, to) => {
      const rows = selectHours.all(from, to, room) as { hour: number; minutes: ArrayBuffer }[]
      return rows.map(({ hour, minutes }) => ({ hour, minutes: new Uint8Array(minutes) }))
    }
    return {
      readHours,
      readHour: (room, hour) => [...readHours(room, hour, hour + 1)][0]?.minutes,
      readRecord: (room) => {
        const row = this.#selectRecord.get(room) as RawRecord | undefined
        return row && toRecord(room, row)
      },
      writeRecord: ({ room, since, peak, day, dayPeak }, seen) =>
        void upsertRecord.run(room, since, peak, day, dayPeak, seen),
      writeHour: (room, hour, minutes) => void upsertHour.run(hour, room, minutes),
      deleteHour: (room, hour) => void deleteHour.run(hour, room),
    }
  }
}

/** libsql adds the query's statistics to a row. */
function toRecord(room: string, { since, peak, day, dayPeak }: RawRecord): RecordRow {
  return { room, since, peak, day, dayPeak }
}
