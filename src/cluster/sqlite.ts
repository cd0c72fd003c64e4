import type Database from 'libsql'

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/**
 * A text that was selected as a blob; undefined if it is not UTF-8. libsql aborts the whole process on a text that is
 * not UTF-8, as only damage or another program can write one.
 */
export function readText(bytes: ArrayBuffer | Uint8Array): string | undefined {
  try {
    return decoder.decode(bytes)
  } catch {
    return undefined
  }
}

/** Commits what `work` does, or rolls all of it back and throws. */
export function inTransaction(database: Database.Database, work: () => void): void {
  database.exec('BEGIN IMMEDIATE')
  try {
    work()
    database.exec('COMMIT')
  } catch (error) {
    // A full disk has ended the transaction by itself.
    if (database.inTransaction) database.exec('ROLLBACK')
    throw error
  }
}
