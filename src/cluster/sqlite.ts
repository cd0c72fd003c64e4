import type Database from 'libsql'

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/**
 * Decodes a text that was selected as a blob; undefined if it is not UTF-8. On a text that is not UTF-8, which only damage
 * or another program can cause, libsql aborts the whole process.
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
    // A full disk ends the transaction by itself.
    if (database.inTransaction) database.exec('ROLLBACK')
    throw error
  }
}
