/**
 * Files by name that all nodes share, for bytes that are too large for a store.
 *
 * - A name MUST be written once: its bytes never change, so that nodes can keep them in memory.
 * - A file that is written and not kept is deleted after a minute: its writer may have died before anything named it.
 *
 * Each call rejects with a `PublicError` 503 while the storage cannot be reached.
 */
export interface SharedFiles {
  /** Resolves when every node can read the file. */
  write(name: string, bytes: Buffer): Promise<void>
  /** Keeps a written file until it is removed. */
  keep(name: string): Promise<void>
  /** Resolves to undefined if there is no such file. */
  read(name: string): Promise<Buffer | undefined>
  remove(name: string): Promise<void>
}
