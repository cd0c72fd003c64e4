/**
 * A room's state: JSON values of up to 64 KiB by name. A name is 1 to 64 characters `A-Z a-z 0-9 . _ ~ -`. The
 * server's own names begin with `$` and are read-only: `$hits`, and `$hits:YYYY-MM-DD` for a day in UTC. Every write
 * redraws every picture of the room.
 */
export interface RoomState {
  /** Returns the value of a name, or undefined. */
  get<T = unknown>(name: string): Promise<T | undefined>
  /** Stores a JSON value. */
  set(name: string, value: unknown): Promise<void>
  /** Adds to a number (a missing one counts as 0) and returns the sum. */
  add(name: string, amount: number): Promise<number>
  /**
   * Appends to a list (a missing one is empty) and returns its length. With `keep`, only the newest values are kept.
   * @throws TypeError if the value is not a list.
   */
  push(name: string, value: unknown, options?: { keep?: number }): Promise<number>
  /**
   * Replaces a value by the result of `change`, and returns it. No other write is lost: if one comes in between, `change`
   * is called again with the newer value. The value is undefined if there is none; returning undefined deletes it.
   */
  update<T = unknown>(
    name: string,
    change: (value: T | undefined) => T | undefined | Promise<T | undefined>,
  ): Promise<T | undefined>
  /** Deletes a value; returns whether there was one. */
  delete(name: string): Promise<boolean>
}
