import { every } from '../../system/every.ts'
import type { Connection } from './connection.ts'

/** One timer for all connections; it runs only while there are any. */
export class Heartbeat {
  readonly #connections = new Set<Connection>()
  readonly #period: number
  /** When the first connection may be due. Until then none is looked at. */
  #due = 0
  #now = 0
  #stop: (() => void) | undefined

  /** @param period the shortest heartbeat of any connection, in milliseconds. */
  constructor(period: number) {
    this.#period = period
  }

  /** When it last beat, at most a second ago: a clock that costs nothing to read. */
  get now(): number {
    return this.#now
  }

  add(connection: Connection): void {
    this.#connections.add(connection)
    if (this.#stop) return
    this.#now = performance.now()
    this.#stop = every(Math.min(1000, Math.max(20, this.#period / 6)), () => this.#beat())
  }

  delete(connection: Connection): void {
    this.#connections.delete(connection)
    if (this.#connections.size > 0) return
    this.#stop?.()
    this.#stop = undefined
  }

  #beat(): void {
    const now = performance.now()
    this.#now = now
    if (now < this.#due) return
    // A connection that joins or is sent something later is not due any sooner.
    let due = now + this.#period
    for (const connection of this.#connections) due = Math.min(due, connection.beat(now))
    this.#due = due
  }
}
