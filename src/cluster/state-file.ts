import Database from 'libsql'
import { HISTORY_SCHEMA, HistoryTable } from './history-table.ts'
import { StoreError } from './store-error.ts'

/** One value as it is now; undefined where it was deleted. */
export interface StateChange {
  room: string
  name: string
  json: string | undefined
}

/** A room's value by a name that is known. */
export interface StateRow {
  room: string
  json: string
}

/** Says whose file it is, where SQLite keeps that for programs like `file`: the letters `Imgc`. */
const APPLICATION_ID = 0x49_6d_67_63
/** What makes each version of the schema out of the one before; a new file goes through all of them. */
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
]
const SCHEMA_VERSION = MIGRATIONS.length
/** How long another process's lock is waited for, in milliseconds; nothing else can happen meanwhile. */
const BUSY_TIMEOUT = 100

/**
 * What rooms remember, and who watched them when, in an SQLite file that nobody else can open meanwhile: two servers on one file would each
 * overwrite what the other counted. A killed process's lock is gone with it.
 */
export class StateFile {
  readonly path: string
  readonly history: HistoryTable
  readonly #database: Database.Database
  readonly #select: Database.Statement
  readonly #list: Database.Statement
  readonly #upsert: Database.Statement
  readonly #delete: Database.Statement

  /** Opens a file, or makes it. @throws StoreError where that cannot be, or is not Imgcast's, or is damaged. */
  constructor(path: string) {
    this.path = path
    this.#database = openDatabase(path)
    this.history = new HistoryTable(this.#database)
    this.#select = this.#database.prepare('SELECT json FROM state WHERE room = ? AND name = ?')
    // By the primary key, which is in the order of rooms already.
    this.#list = this.#database.prepare(
      'SELECT room, json FROM state NOT INDEXED WHERE room > ?2 AND name = ?1 ORDER BY room LIMIT ?3',
    )
    this.#upsert = this.#database.prepare(
      'INSERT INTO state VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET json = excluded.json',
    )
    this.#delete = this.#database.prepare('DELETE FROM state WHERE room = ? AND name = ?')
  }

  read(room: string, name: string): string | undefined {
    return (this.#select.get(room, name) as { json: string } | undefined)?.json
  }

  /** The values by a name of the rooms after a room, in the order of rooms. */
  list(name: string, after: string, most: number): StateRow[] {
    return this.#list.all(name, after, most) as StateRow[]
  }

  /** Writes all changes or, where that fails, none. */
  write(changes: Iterable<StateChange>): void {
    this.#database.exec('BEGIN IMMEDIATE')
    try {
      for (const { room, name, json } of changes) {
        if (json === undefined) this.#delete.run(room, name)
        else this.#upsert.run(room, name, json)
      }
      this.#database.exec('COMMIT')
    } catch (error) {
      // A full disk has ended the transaction by itself.
      if (this.#database.inTransaction) this.#database.exec('ROLLBACK')
      throw error
    }
  }

  /** Deletes the names from `from` up to, but not including, `to`, of every room. */
  deleteNames(from: string, to: string): void {
    this.#database.prepare('DELETE FROM state WHERE name >= ? AND name < ?').run(from, to)
  }

  /** Leaves one file that holds everything, and lets others open it. */
  close(): void {
    try {
      // libsql closes for good only when the statements are collected: without this the lock would stay till then.
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
    database = new Database(path)
    prepare(path, database)
    return database
  } catch (error) {
    database?.close()
    throw error instanceof StoreError ? error : toStoreError(path, error as Error & { code?: string })
  }
}

function prepare(path: string, database: Database.Database): void {
  const ask = (pragma: string) => Object.values((database.pragma(pragma) as object[])[0] ?? {})[0] as unknown
  ask(`busy_timeout = ${BUSY_TIMEOUT}`)
  ask('locking_mode = EXCLUSIVE')
  // Nothing is written before it is clear whose file it is.
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
  // Takes the lock, for as long as the file is open, and finds out whether it may be written to.
  const migrations = MIGRATIONS.slice(version).join('\n')
  database.exec(`BEGIN IMMEDIATE; ${migrations} PRAGMA user_version = ${SCHEMA_VERSION}; COMMIT;`)
  database.prepare('SELECT room, name, json FROM state').get()
}

function isEmpty(database: Database.Database): boolean {
  return database.prepare('SELECT 1 FROM sqlite_schema LIMIT 1').get() === undefined
}

function toStoreError(path: string, cause: Error & { code?: string }): StoreError {
  switch (cause.code) {
    case 'SQLITE_BUSY':
      return new StoreError(`${path} is open in another process, and only one can write to it`, {
        isTaken: true,
        cause,
      })
    case 'SQLITE_NOTADB':
    case 'SQLITE_CORRUPT':
      return new StoreError(`${path} is no database, or a damaged one: ${cause.message}`, { cause })
    default:
      return new StoreError(`${path} cannot be opened and written to: ${cause.message}`, { cause })
  }
}
