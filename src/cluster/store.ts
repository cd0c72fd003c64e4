/** Options of a write. */
export interface WriteOptions {
  /**
   * Waits until the write survives a crash of the process and of the machine: on disk, or in the database server. Every
   * write of the API does. @default false: a crash may lose the writes of the last second
   */
  durable?: boolean
}

/**
 * The state of rooms: JSON values of up to 64 KiB, by room and name.
 *
 * - A write MUST be readable, on the node that made it, before its promise settles, and MUST be published to the bus as
 *   `state` after that. A durable write is readable and published before it is durable, so that no picture waits for a
 *   disk; if it cannot be saved, the call rejects with a `PublicError` 503, and the write is still retried.
 * - Names beginning with `$` are the server's own: counts, hooks and polls. Writing them publishes nothing: their writers
 *   notify the bus if needed.
 * - A value that is damaged on disk MUST be reported to the log and counts as missing; it never makes a call reject.
 *
 * Each call rejects with a `TypeError` for a name that is neither 1 to 64 characters `A-Z a-z 0-9 . _ ~ -` nor the
 * server's own, with a `PublicError` 503 after `close`, and with an `Error` if the storage fails.
 */
export interface Store {
  /** Why the store cannot save at present; undefined or absent if it can. */
  readonly fault?: string | undefined
  /** Milliseconds by which this node's clock is behind the one that all nodes follow. @default 0 */
  readonly clockOffset?: number
  get(room: string, name: string): Promise<unknown>
  /** Rejects with a `TypeError` for a value that is not JSON, with a `RangeError` for one that is too large. */
  set(room: string, name: string, value: unknown, options?: WriteOptions): Promise<void>
  /** Returns whether there was a value to delete. */
  delete(room: string, name: string, options?: WriteOptions): Promise<boolean>
  /** Adds to a number, atomically; a missing one counts as 0. Rejects with a `TypeError` for a value of another type. */
  add(room: string, name: string, amount: number, options?: WriteOptions): Promise<number>
  /**
   * Replaces a value by the result of `change`, atomically; undefined means that there is no value. `change` must be
   * synchronous and pure, because it may be called again. If it throws, the call rejects and nothing is written.
   * @returns the new value.
   */
  update(
    room: string,
    name: string,
    change: (value: unknown) => unknown,
    options?: WriteOptions,
  ): Promise<unknown>
  /**
   * Every room that has a value of this name, with the value, sorted by room; read part by part, with other work in
   * between. A value that changes meanwhile is listed either as before or as after the change.
   */
  list(name: string): AsyncIterable<[room: string, value: unknown]>
  /** Deletes every name from `from` up to, but not including, `to`, by code units, in every room. Not published. */
  deleteNames(from: string, to: string): Promise<void>
  /**
   * Saves everything and refuses all further calls. Rejects with a `StoreError` if something could not be saved. Calling
   * it again does nothing.
   */
  close(): Promise<void>
}
