import type Database from 'libsql'
import { parseRoom } from '../widget/room.ts'
import { HITS } from './hits.ts'
import {
  FEW_HITS,
  type IdleRooms,
  type RoomFilter,
  type RoomRange,
  type RoomRow,
  UNKNOWN_SINCE,
} from './room-table.ts'
import { inTransaction, readText } from './sqlite.ts'

/** Rooms deleted in one call, while other calls wait. */
const MAX_FORGOTTEN = 100
/** Maximum of hours of these rooms' histories, apart from the last room: each hour is looked up. */
const MAX_FORGOTTEN_HOURS = 20_000
/** Values, and hours of history, deleted in one call. */
const MAX_DELETED = 500
/** After every room's name. */
const LAST = '\u{10ffff}'

/** The part of the schema that finds unwatched rooms by the time of their last request. */
export const IDLE_ROOMS_SCHEMA = `
  ALTER TABLE rooms ADD COLUMN seen INTEGER NOT NULL DEFAULT 0;
  UPDATE rooms SET seen = max(since, day * 86400000);
  CREATE INDEX rooms_unwatched ON rooms (seen) WHERE peak = 0;
`

/** `since`, or 0 if it is unknown. */
const SINCE_ORDER = `(since % ${UNKNOWN_SINCE})`

/** The part of the schema for sorted lists of rooms. */
export const ROOM_LIST_SCHEMA = `
  ALTER TABLE rooms ADD COLUMN hits INTEGER NOT NULL DEFAULT 0;
  INSERT INTO rooms (room, since, peak, day, day_peak, seen)
    SELECT room, ${UNKNOWN_SINCE}, 0, 0, 0, unixepoch() * 1000 FROM state
    WHERE name = '${HITS}' AND room NOT IN (SELECT room FROM rooms);
  UPDATE rooms SET hits = max(0, coalesce(
    (SELECT CAST(json AS INTEGER) FROM state WHERE state.room = rooms.room AND name = '${HITS}'), 0));
  CREATE INDEX rooms_by_hits ON rooms (hits DESC, room);
  CREATE INDEX rooms_by_peak ON rooms (peak DESC, room);
  CREATE INDEX rooms_by_since ON rooms (${SINCE_ORDER}, room);
  CREATE INDEX rooms_by_day ON rooms (day, day_peak DESC, room);
  CREATE INDEX rooms_hardly_watched ON rooms (seen) WHERE peak = 1;
`

/** A row of the table; the room as a blob, as `readText` explains. */
interface RawRow {
  room: ArrayBuffer
  since: number
  peak: number
  peakToday: number
  hits: number
}

interface Order {
  /** A column, or an expression that has an index. */
  key: string
  where: string
}

// A plus keeps a condition from choosing the index: the order does, so that no list is sorted.
const IS_LISTED = '(+hits > 0 OR +peak > 0)'
const FILTER = `${IS_LISTED} AND +room >= ?1 AND +room < ?2
  AND (?3 = '' OR instr(lower(room), ?3) > 0) AND +room NOT IN (SELECT value FROM json_each(?4))`
const COLUMNS = (today: string) =>
  `CAST(room AS BLOB) AS room, since, peak, CASE day WHEN ${today} THEN day_peak ELSE 0 END AS peakToday, hits`
const HAD_VISITORS_TODAY = 'day = ?5 AND day_peak > 0'
const UNWRITTEN = `NOT EXISTS (SELECT 1 FROM state WHERE state.room = rooms.room AND name NOT GLOB '${HITS}*')`

/** Lists, counts and deletes the rooms of the SQLite file. Every call blocks its thread. */
export class RoomRows {
  readonly #database: Database.Database
  readonly #onDamage: (room: string) => void
  readonly #statements = new Map<string, Database.Statement>()

  /** @param onDamage called for a room whose name cannot be read. */
  constructor(database: Database.Database, onDamage: (room: string) => void) {
    this.#database = database
    this.#onDamage = onDamage
  }

  /** Updates a room's hits from a value of the store. Called within a transaction. */
  setHits(room: string, json: string | undefined): void {
    const hits = Math.max(0, Math.floor(Number(json ?? 0))) || 0
    if (hits === 0) this.#run('UPDATE rooms SET hits = 0 WHERE room = ?', room)
    else
      this.#run(
        `INSERT INTO rooms (room, since, peak, day, day_peak, seen, hits)
        VALUES (?1, ${UNKNOWN_SINCE}, 0, 0, 0, ?2, ?3) ON CONFLICT (room) DO UPDATE SET hits = excluded.hits`,
        room,
        Date.now(),
        Math.min(hits, Number.MAX_SAFE_INTEGER),
      )
  }

  list(range: RoomRange): RoomRow[] {
    const { sort, isDescending, after, limit } = range
    if (sort !== 'peakToday')
      return this.#page(
        { key: sort === 'since' ? SINCE_ORDER : sort, where: 'TRUE' },
        range,
        isDescending,
        after,
        limit,
      )
    // Rooms without visitors today are equal, and sorted by name.
    const isAmongNone = after !== undefined && after.value === 0
    const some = (left: number) => {
      const from = isAmongNone ? undefined : after
      return this.#page({ key: 'day_peak', where: HAD_VISITORS_TODAY }, range, isDescending, from, left)
    }
    const none = (left: number) => {
      const from = isAmongNone ? { value: after.room, room: after.room } : undefined
      return this.#page({ key: 'room', where: `NOT (${HAD_VISITORS_TODAY})` }, range, false, from, left)
    }
    const parts = isDescending ? [some, none] : [none, some]
    const isSecond = after !== undefined && isAmongNone === isDescending
    const first = isSecond ? [] : (parts[0]?.(limit) ?? [])
    return first.length === limit ? first : [...first, ...(parts[1]?.(limit - first.length) ?? [])]
  }

  read(rooms: readonly string[], today: number): RoomRow[] {
    const rows = this.#all(
      `SELECT ${COLUMNS('?2')} FROM rooms WHERE room IN (SELECT value FROM json_each(?1))`,
      JSON.stringify(rooms),
      today,
    )
    return this.#toRows(rows as RawRow[])
  }

  count(filter: RoomFilter): { rooms: number; hits: number } {
    const sql = `SELECT count(*) AS rooms, coalesce(sum(hits), 0) AS hits FROM rooms WHERE ${FILTER}`
    const [row] = this.#all(sql, ...valuesOf(filter)) as [{ rooms: number; hits: number }]
    return { rooms: row.rooms, hits: row.hits }
  }

  widgets(exclude: readonly string[]): string[] {
    const widgets: string[] = []
    for (let from = ''; ; ) {
      const [row] = this.#all(
        `SELECT CAST(room AS BLOB) AS room FROM rooms WHERE room >= ?1 AND ${IS_LISTED}
        AND +room NOT IN (SELECT value FROM json_each(?2)) ORDER BY rooms.room LIMIT 1`,
        from,
        JSON.stringify(exclude),
      ) as [{ room: ArrayBuffer }?]
      const room = row && readText(row.room)
      if (room === undefined) return widgets
      const widget = parseRoom(room).widget
      widgets.push(widget)
      // The character after the slash.
      from = `${widget}0`
    }
  }

  /** Deletes a part of a room's saved data; returns the number of rows, 0 if nothing is left. */
  delete(room: string): number {
    const sqls = [
      `DELETE FROM state WHERE rowid IN
        (SELECT rowid FROM state WHERE room = ?1 AND name GLOB '${HITS}*' LIMIT ${MAX_DELETED})`,
      `DELETE FROM state WHERE rowid IN (SELECT rowid FROM state WHERE room = ?1 LIMIT ${MAX_DELETED})`,
      `DELETE FROM history WHERE (hour, room) IN (
        WITH RECURSIVE hours(hour) AS (
          SELECT (SELECT min(hour) FROM history) UNION ALL
          SELECT hour + 1 FROM hours WHERE hour < (SELECT max(hour) FROM history))
        SELECT history.hour, history.room FROM hours CROSS JOIN history
        ON history.hour = hours.hour AND history.room = (SELECT id FROM rooms WHERE room = ?1) LIMIT ${MAX_DELETED})`,
      'DELETE FROM rooms WHERE room = ?1',
    ]
    let deleted = 0
    this.#database.pragma('synchronous = FULL')
    try {
      inTransaction(this.#database, () => {
        for (const sql of sqls) {
          if (deleted < MAX_DELETED) deleted += this.#run(sql, room)
        }
      })
    } finally {
      this.#database.pragma('synchronous = NORMAL')
    }
    return deleted
  }

  /** Deletes some unused rooms; returns their names. Called again until it returns none. */
  forget({ before, maxRooms, unusedSince }: IdleRooms): string[] {
    const select = (peak: number, seen: number, hits: number, limit: number) =>
      this.#all(
        `SELECT id, CAST(room AS BLOB) AS room, max(0, (seen - since) / 3600000) AS hours FROM rooms
        INDEXED BY ${peak === 0 ? 'rooms_unwatched' : 'rooms_hardly_watched'}
        WHERE peak = ${peak} AND seen < ?1 AND hits <= ?2 AND ${UNWRITTEN} ORDER BY seen LIMIT ?3`,
        seen,
        hits,
        Math.max(0, limit),
      ) as { id: number; room: ArrayBuffer; hours: number }[]
    const [{ count }] = this.#all('SELECT count(*) AS count FROM rooms') as [{ count: number }]
    const over = Math.min(MAX_FORGOTTEN, count - maxRooms)
    const [any, always] = [Number.MAX_SAFE_INTEGER, Number.MAX_SAFE_INTEGER]
    const found = new Map(select(0, before, FEW_HITS, MAX_FORGOTTEN).map((row) => [row.id, row]))
    for (const row of select(0, always, any, over)) found.set(row.id, row)
    for (const row of select(1, unusedSince, FEW_HITS, over - found.size)) found.set(row.id, row)
    if (found.size === 0) return []
    const forgotten: ArrayBuffer[] = []
    inTransaction(this.#database, () => {
      let left = MAX_FORGOTTEN_HOURS
      for (const { id, room, hours } of found.values()) {
        if (left <= 0) break
        left -= hours
        this.#forget(id)
        forgotten.push(room)
      }
    })
    return forgotten.map((room) => readText(room) ?? '')
  }

  #forget(id: number): void {
    this.#run('DELETE FROM state WHERE room = (SELECT room FROM rooms WHERE id = ?)', id)
    // Hour by hour, because the table is sorted by hour.
    this.#run(
      `WITH RECURSIVE room(id, hour, last) AS (
        SELECT id, since / 3600000, seen / 3600000 FROM rooms WHERE id = ?1
        UNION ALL SELECT id, hour + 1, last FROM room WHERE hour < last
      ) DELETE FROM history WHERE (hour, room) IN (SELECT hour, id FROM room)`,
      id,
    )
    this.#run('DELETE FROM rooms WHERE id = ?', id)
  }

  #page(
    { key, where }: Order,
    { today, ...filter }: RoomRange,
    isDescending: boolean,
    after: RoomRange['after'],
    limit: number,
  ): RoomRow[] {
    const [direction, sign] = isDescending ? ['DESC', '<'] : ['ASC', '>']
    // The table's column: by the result's, which is a blob, all rows would be sorted.
    const order = key === 'room' ? `rooms.room ${direction}` : `${key} ${direction}, rooms.room`
    const isBehind =
      key === 'room' ? `room ${sign} ?7` : `${key} ${sign}= ?6 AND (${key} ${sign} ?6 OR room > ?7)`
    const sql = `SELECT ${COLUMNS('?5')} FROM rooms WHERE ${FILTER} AND ${where} AND ?6 IS NOT NULL AND ${isBehind}
      ORDER BY ${order} LIMIT ?8`
    const start = isDescending ? Number.MAX_SAFE_INTEGER : -1
    const name = after?.room ?? (key === 'room' && isDescending ? LAST : '')
    const rows = this.#all(sql, ...valuesOf(filter), today, after?.value ?? start, name, limit)
    return this.#toRows(rows as RawRow[])
  }

  #toRows(rows: readonly RawRow[]): RoomRow[] {
    return rows.flatMap(({ room: bytes, since, peak, peakToday, hits }) => {
      const room = readText(bytes)
      if (room === undefined) {
        this.#onDamage('?')
        return []
      }
      return { room, since: since === UNKNOWN_SINCE ? null : since, peak, peakToday, hits }
    })
  }

  #all(sql: string, ...values: unknown[]): unknown[] {
    return this.#prepare(sql).all(...values)
  }

  #run(sql: string, ...values: unknown[]): number {
    return this.#prepare(sql).run(...values).changes
  }

  #prepare(sql: string): Database.Statement {
    const statement = this.#statements.get(sql) ?? this.#database.prepare(sql)
    this.#statements.set(sql, statement)
    return statement
  }
}

function valuesOf({ search = '', widget, exclude = [] }: RoomFilter): unknown[] {
  const range = widget === undefined ? ['', LAST] : [`${widget}/`, `${widget}0`]
  return [...range, search, JSON.stringify(exclude)]
}
