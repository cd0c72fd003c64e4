import { accessSync, closeSync, constants, existsSync, openSync } from 'node:fs'
import { dirname } from 'node:path'
import Database from 'libsql'
import { findLockHolder } from '../system/lock-holder.ts'
import { HISTORY_SCHEMA, HistoryTable } from './history-table.ts'
import { HITS } from './hits.ts'
import { IDLE_ROOMS_SCHEMA, ROOM_LIST_SCHEMA, RoomRows } from './room-rows.ts'
import type { IdleRooms, RoomFilter, RoomRange, RoomRow } from './room-table.ts'
import { inTransaction, readText } from './sqlite.ts'
import { StoreError } from './store-error.ts'

/** The current JSON of one value; undefined if it was deleted. */
export interface StateChange {
  room: string
  name: string
  json: string | undefined
}

/** A room and its value of one name. */
export interface StateRow {
  room: string
  json: string
}

/** One part of a long list. */
export interface StatePage {
  rows: StateRow[]
  /** Whether the list ends here. */
  isLast: boolean
}

/** Called for a damaged row, which then counts as missing. */
export type OnDamagedRow = (kind: string, room: string) => void

/** Identifies the file to programs such as `file`, in SQLite's header: the letters `Imgc`. */
const APPLICATION_ID = 0x49_6d_67_63
/** Each migrates the schema from one version to the next; a new file runs all of them. */
const MIGRATIONS = [
  `CREATE TABLE state (
    room TEXT NOT NULL,
    name TEXT NOT NULL,
    json TEXT NOT NULL,
    PRIMARY KEY (room, name)
  ) STRICT;
  CREATE INDEX state_by_name ON state (name);
  PRAGMA application_id = ${APPLICATION_ID};`,
  HISTORY_SCHEMA,
  IDLE_ROOMS_SCHEMA,
  ROOM_LIST_SCHEMA,
]
const SCHEMA_VERSION = MIGRATIONS.length
/** Milliseconds that SQLite waits for another process's lock. */
const BUSY_TIMEOUT = 100
/** The maximum of characters in one part of a list, which is copied to another thread in one piece. */
const PAGE_CHARACTERS = 1_000_000
/** Values deleted in one call: other calls wait meanwhile. */
const MAX_DELETED = 1_000
/** Readable and writable for its owner only. */
const MODE = 0o600

/**
 * The SQLite file with state and history. No other process can open it at the same time: two servers on one file would
 * overwrite each other's sums. The lock of a killed process disappears with it. Every call blocks its thread.
 */
export class StateFile {
  readonly path: string
  readonly history: HistoryTable
  readonly #database: Database.Database
  readonly #onDamage: OnDamagedRow
  readonly #rooms: RoomRows
  readonly #select: Database.Statement
  readonly #list: Database.Statement
  readonly #upsert: Database.Statement
  readonly #delete: Database.Statement
  readonly #deleteNames: Database.Statement

  /** Opens a file, or creates it. @throws StoreError for a file that is taken, damaged, or not Imgcast's. */
  constructor(path: string, onDamage: OnDamagedRow = () => {}) {
    this.path = path
    this.#onDamage = onDamage
    this.#database = openDatabase(path)
    this.history = new HistoryTable(this.#database, (room) => onDamage('history', room))
    this.#rooms = new RoomRows(this.#database, (room) => onDamage('room', room))
    // As blobs: `readText` explains why.
    this.#select = this.#database.prepare(
      'SELECT CAST(json AS BLOB) AS json FROM state WHERE room = ? AND name = ?',
    )
    // By the primary key, which is already sorted by room.
    this.#list = this.#database.prepare(
      `SELECT CAST(room AS BLOB) AS room, CAST(json AS BLOB) AS json FROM state NOT INDEXED
      WHERE room > CAST(?2 AS TEXT) AND name = ?1 ORDER BY room LIMIT ?3`,
    )
    this.#upsert = this.#database.prepare(
      'INSERT INTO state VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET json = excluded.json',
    )
    this.#delete = this.#database.prepare('DELETE FROM state WHERE room = ? AND name = ?')
    this.#deleteNames = this.#database.prepare(
      `DELETE FROM state WHERE rowid IN
      (SELECT rowid FROM state INDEXED BY state_by_name WHERE name >= ? AND name < ? LIMIT ${MAX_DELETED})`,
    )
  }

  read(room: string, name: string): string | undefined {
    const row = this.#select.get(room, name) as { json: ArrayBuffer } | undefined
    const json = row && readText(row.json)
    if (row && json === undefined) this.#onDamage(name, room)
    return json
  }

  /** Several values, in the same order. */
  readMany(places: readonly { room: string; name: string }[]): (string | undefined)[] {
    return places.map(({ room, name }) => this.read(room, name))
  }

  /** The values of one name in at most `limit` rooms after `after`, sorted by room. */
  list(name: string, after: string, limit: number): StatePage {
    const page: StatePage = { rows: [], isLast: false }
    let characters = 0
    for (let cursor: Uint8Array = Buffer.from(after); !page.isLast; ) {
      const asked = limit - page.rows.length
      let read = 0
      for (const row of this.#list.iterate(name, cursor, asked) as Iterable<
        Record<keyof StateRow, ArrayBuffer>
      >) {
        read += 1
        cursor = new Uint8Array(row.room)
        const [room, json] = [readText(row.room), readText(row.json)]
        if (room === undefined || json === undefined) {
          this.#onDamage(name, room ?? '?')
          continue
        }
        page.rows.push({ room, json })
        characters += json.length
        if (characters >= PAGE_CHARACTERS) return page
      }
      page.isLast = read < asked
      if (page.rows.length >= limit) break
    }
    return page
  }

  /**
   * Commits all changes, or none on failure. A durable commit is on disk when this returns; any other survives a crash of
   * this process, but not a power cut within the next seconds.
   */
  write(changes: Iterable<StateChange>, { isDurable = false }: { isDurable?: boolean } = {}): void {
    // https://www.sqlite.org/pragma.html#pragma_synchronous: in WAL mode only FULL syncs with each commit.
    if (isDurable) this.#database.pragma('synchronous = FULL')
    try {
      inTransaction(this.#database, () => {
        for (const { room, name, json } of changes) {
          if (json === undefined) this.#delete.run(room, name)
          else this.#upsert.run(room, name, json)
          if (name === HITS) this.#rooms.setHits(room, json)
        }
      })
    } finally {
      if (isDurable) this.#database.pragma('synchronous = NORMAL')
    }
  }

  /** Deletes a part of the names from `from` to before `to`; returns how many, 0 if there are no more. */
  deleteNames(from: string, to: string): number {
    return this.#deleteNames.run(from, to).changes
  }

  listRooms(range: RoomRange): RoomRow[] {
    return this.#rooms.list(range)
  }

  readRooms(rooms: readonly string[], today: number): RoomRow[] {
    return this.#rooms.read(rooms, today)
  }

  countRooms(filter: RoomFilter): { rooms: number; hits: number } {
    return this.#rooms.count(filter)
  }

  listWidgets(exclude: readonly string[]): string[] {
    return this.#rooms.widgets(exclude)
  }

  /** Deletes a part of a room's saved data, for good; returns how many rows, 0 if there is nothing left. */
  deleteRoom(room: string): number {
    return this.#rooms.delete(room)
  }

  /** Forgets a part of the rooms that may be forgotten; returns which, none if there are no more. */
  forgetRooms(rooms: IdleRooms): string[] {
    return this.#rooms.forget(rooms)
  }

  /** Writes a consistent copy to a new file, which only its owner can read. */
  backup(path: string): void {
    createPrivately(path)
    this.#database.prepare('VACUUM INTO ?').run(path)
  }

  /** Writes everything into one file, and releases the lock. */
  close(): void {
    try {
      // libsql closes the file only when the statements are garbage collected: without this the lock would stay until then.
      this.#database.pragma('journal_mode = DELETE')
      this.#database.pragma('locking_mode = NORMAL')
      this.#database.pragma('user_version')
    } finally {
      this.#database.close()
    }
  }
}

function openDatabase(path: string): Database.Database {
  let database: Database.Database | undefined
  try {
    createPrivately(path)
    database = new Database(path)
    prepare(path, database)
    return database
  } catch (error) {
    database?.close()
    throw error instanceof StoreError ? error : toStoreError(path, error as Error & { code?: string })
  }
}

/** Only the server's own user may read the state; SQLite gives its other files the same mode. */
function createPrivately(path: string): void {
  if (!existsSync(path)) closeSync(openSync(path, 'a', MODE))
}

function prepare(path: string, database: Database.Database): void {
  const ask = (pragma: string) => Object.values((database.pragma(pragma) as object[])[0] ?? {})[0] as unknown
  ask(`busy_timeout = ${BUSY_TIMEOUT}`)
  ask('locking_mode = EXCLUSIVE')
  // Nothing is written before it is known that the file is Imgcast's.
  const version = ask('user_version') as number
  const isNew = version === 0 && ask('application_id') === 0 && isEmpty(database)
  if (!isNew && ask('application_id') !== APPLICATION_ID)
    throw new StoreError(`${path} is another program's database`)
  if (version > SCHEMA_VERSION)
    throw new StoreError(
      `${path} was written by a newer Imgcast: expected schema ${SCHEMA_VERSION} at most, got ${version}`,
    )
  const report = ask('quick_check(1)')
  if (report !== 'ok') throw new StoreError(`${path} is damaged: ${report}`)
  ask('journal_mode = WAL')
  ask('synchronous = NORMAL')
  // Takes the lock until the file is closed, and checks that the file is writable.
  const migrations = MIGRATIONS.slice(version).join('\n')
  database.exec(`BEGIN IMMEDIATE; ${migrations} PRAGMA user_version = ${SCHEMA_VERSION}; COMMIT;`)
  database.prepare("SELECT 1 FROM state WHERE room = '' AND name = '' AND json = ''").get()
}

function isEmpty(database: Database.Database): boolean {
  return database.prepare('SELECT 1 FROM sqlite_schema LIMIT 1').get() === undefined
}

function toStoreError(path: string, cause: Error & { code?: string }): StoreError {
  switch (cause.code) {
    case 'SQLITE_BUSY':
      return takenError(path, cause)
    case 'SQLITE_NOTADB':
    case 'SQLITE_CORRUPT':
      return new StoreError(`${path} is not a database, or is damaged: ${cause.message}`, { cause })
    default:
      return new StoreError(
        `${path} cannot be opened and written to: ${findPermissionFault(path) ?? cause.message}`,
        { cause },
      )
  }
}

/** SQLite reports a missing permission as "unable to open database file"; it needs the folder too, for its journal. */
function findPermissionFault(path: string): string | undefined {
  const unwritable = [dirname(path), path].find((each) => existsSync(each) && !isWritable(each))
  return unwritable && `this user has no permission to write to ${unwritable}`
}

function isWritable(path: string): boolean {
  try {
    accessSync(path, constants.W_OK)
    return true
  } catch {
    return false
  }
}

function takenError(path: string, cause: Error): StoreError {
  const pid = findLockHolder(path)
  if (pid === process.pid)
    return new StoreError(`${path} is already open in this process: close the other server first`, {
      cause,
    })
  const holder = pid === undefined ? 'another process' : `another process (pid ${pid})`
  return new StoreError(`${path} is open in ${holder}, and only one can write to it`, {
    isTaken: true,
    cause,
  })
}
