import type { Writable } from 'node:stream'

const NOTHING = Buffer.alloc(0)

/**
 * Writes to a stream of Node's. It is asked whether it has written all, and reports only where somebody waits for it: a callback
 * for each write cost a tenth of a picture's cost over HTTP/2.
 */
export class SinkWrites {
  readonly sink: Writable
  readonly #onWritten: () => void
  #lastAt = 0
  /** Whether a write was made of which it was not noticed that it is complete. */
  #isOpen = false

  constructor(sink: Writable, onWritten: () => void) {
    this.sink = sink
    this.#onWritten = onWritten
  }

  /** When it last wrote, in milliseconds; 0 before. */
  get lastAt(): number {
    return this.#lastAt
  }

  /** @param now milliseconds of the caller's clock. */
  write(bytes: Buffer, now: number): void {
    this.#lastAt = now
    this.#isOpen = true
    this.sink.write(bytes)
  }

  /** Returns, once for each write, that it is complete. */
  takeWritten(): boolean {
    if (!this.#isOpen || this.sink.writableLength > 0) return false
    this.#isOpen = false
    return true
  }

  /** Calls back when the last write is complete, unless that was noticed before: a write of nothing ends after it. */
  report(): void {
    if (!this.#isOpen) return
    this.#isOpen = false
    this.sink.write(NOTHING, this.#onWritten)
  }
}
