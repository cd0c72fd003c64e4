/**
 * What rooms remember: JSON values of up to 64 KiB, by room and name. A write MUST be readable before its promise
 * settles, and MUST be published to the bus after that. Names beginning with `$` are the server's own counts. They
 * are not published: who writes them says so where somebody looks.
 *
 * Each call rejects with a `TypeError` for a name that is neither 1 to 64 characters `A-Z a-z 0-9 . _ ~ -` nor the
 * server's own.
 */
export interface Store {
  get(room: string, name: string): Promise<unknown>
  /** Rejects with a `TypeError` for what is not JSON, with a `RangeError` for what is too large. */
  set(room: string, name: string, value: unknown): Promise<void>
  /** Answers whether there was something to delete. */
  delete(room: string, name: string): Promise<boolean>
  /** Adds to a number, atomically; a missing one counts as 0. Rejects with a `TypeError` where it is no number. */
  add(room: string, name: string, amount: number): Promise<number>
  /**
   * Every room that has a value by that name, with the value, in the order of their names; read a part at a time, so
   * that something else can happen between. What changes meanwhile is there as it was or as it is.
   */
  list(name: string): AsyncIterable<[room: string, value: unknown]>
  /** Deletes every name from `from` up to, but not including, `to`, in the order of text, of every room; unpublished. */
  deleteNames(from: string, to: string): Promise<void>
  /** Keeps what was written so far. Whatever is asked afterwards may be refused. */
  close(): Promise<void>
}
