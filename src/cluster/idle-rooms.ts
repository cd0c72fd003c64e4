import type Database from 'libsql'
import { HITS } from './hits.ts'
import { inTransaction } from './sqlite.ts'

/** Selects the rooms to delete. */
export interface IdleRooms {
  /** Rarely requested rooms whose last request was before this time, in milliseconds since the epoch. */
  before: number
  /** The maximum of rooms. If there are more, the least recently requested are deleted. */
  maxRooms: number
}

/** A room with more hits is a counter in use, and not a key that a stranger invented. */
const FEW_HITS = 10
/** Rooms deleted in one call, while other calls wait. */
const MAX_DELETED = 100

/** The part of the schema that finds unwatched rooms by the time of their last request. */
export const IDLE_ROOMS_SCHEMA = `
  ALTER TABLE rooms ADD COLUMN seen INTEGER NOT NULL DEFAULT 0;
  UPDATE rooms SET seen = max(since, day * 86400000);
  CREATE INDEX rooms_unwatched ON rooms (seen) WHERE peak = 0;
`

/**
 * Deletes rooms of the SQLite file that were never watched and never written: anyone can invent a room with a request.
 */
export class IdleRoomsTable {
  readonly #database: Database.Database
  readonly #count: Database.Statement
  readonly #select: Database.Statement
  readonly #deletes: readonly Database.Statement[]

  constructor(database: Database.Database) {
    this.#database = database
    this.#count = database.prepare('SELECT count(*) AS count FROM rooms')
    this.#select = database.prepare(`
      SELECT id FROM rooms WHERE peak = 0 AND seen < ?1
      AND NOT EXISTS (SELECT 1 FROM state WHERE state.room = rooms.room AND name NOT GLOB '${HITS}*')
      AND coalesce((SELECT CAST(json AS INTEGER) FROM state WHERE state.room = rooms.room AND name = '${HITS}'), 0) <= ?2
      ORDER BY seen LIMIT ?3`)
    this.#deletes = [
      'DELETE FROM state WHERE room = (SELECT room FROM rooms WHERE id = ?)',
      // Hour by hour, because the table is sorted by hour.
      `WITH RECURSIVE room(id, hour, last) AS (
        SELECT id, since / 3600000, seen / 3600000 FROM rooms WHERE id = ?1
        UNION ALL SELECT id, hour + 1, last FROM room WHERE hour < last
      ) DELETE FROM history WHERE (hour, room) IN (SELECT hour, id FROM room)`,
      'DELETE FROM rooms WHERE id = ?',
    ].map((sql) => database.prepare(sql))
  }

  /** Deletes some of the rooms; returns their number. Called again until it returns 0. */
  forget({ before, maxRooms }: IdleRooms): number {
    const { count } = this.#count.get() as { count: number }
    const over = Math.min(MAX_DELETED, count - maxRooms)
    const rows = [
      ...this.#select.all(before, FEW_HITS, MAX_DELETED),
      ...(over > 0 ? this.#select.all(Number.MAX_SAFE_INTEGER, Number.MAX_SAFE_INTEGER, over) : []),
    ] as { id: number }[]
    const ids = [...new Set(rows.map(({ id }) => id))]
    if (ids.length === 0) return 0
    inTransaction(this.#database, () => {
      for (const id of ids) for (const statement of this.#deletes) statement.run(id)
    })
    return ids.length
  }
}
