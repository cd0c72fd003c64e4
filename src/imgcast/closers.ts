/** Closes one part of a server. */
export type Closer = () => void | Promise<void>

/** The parts of a server that must be closed, newest first: at its end, or if a later part fails to start. */
export class Closers {
  readonly #closers: Closer[] = []
  #closing: Promise<void> | undefined

  /** Adds a part. It is closed before those that were added earlier, which it may use. */
  defer(closer: Closer): void {
    this.#closers.push(closer)
  }

  /**
   * Closes the parts one after the other, even if one fails. Later calls return the same promise. Rejects with the error of
   * the first part that failed.
   */
  close(): Promise<void> {
    this.#closing ??= this.#closeAll()
    return this.#closing
  }

  async #closeAll(): Promise<void> {
    const errors: unknown[] = []
    for (let closer = this.#closers.pop(); closer; closer = this.#closers.pop()) {
      try {
        await closer()
      } catch (error) {
        errors.push(error)
      }
    }
    if (errors.length > 0) throw errors[0]
  }
}
