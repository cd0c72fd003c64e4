/**
 * What rooms remember: JSON values by room and name. A write MUST be readable before its promise settles, and
 * MUST be published to the bus after that.
 */
export interface Store {
  get(room: string, name: string): Promise<unknown>
  set(room: string, name: string, value: unknown): Promise<void>
  /** Answers whether there was something to delete. */
  delete(room: string, name: string): Promise<boolean>
  /** Adds to a number, atomically; a missing one counts as 0. Rejects with a `TypeError` where it is no number. */
  add(room: string, name: string, amount: number): Promise<number>
}
