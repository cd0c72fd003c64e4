import type { Connection } from './connection.ts'

/** One timer for all connections; it runs only while there are any. */
export class Heartbeat {
  readonly #connections = new Set<Connection>()
  readonly #period: number
  /** When the first of them may have been silent for long enough: till then they are not looked at. */
  #due = 0
  #timer: NodeJS.Timeout | undefined

  /** @param period the shortest heartbeat of any connection, in milliseconds. */
  constructor(period: number) {
    this.#period = period
  }

  /** Every connection that is being looked after. */
  get connections(): ReadonlySet<Connection> {
    return this.#connections
  }

  add(connection: Connection): void {
    this.#connections.add(connection)
    this.#timer ??= setInterval(() => this.#beat(), Math.min(1000, Math.max(20, this.#period / 6)))
  }

  delete(connection: Connection): void {
    this.#connections.delete(connection)
    if (this.#connections.size > 0) return
    clearInterval(this.#timer)
    this.#timer = undefined
  }

  #beat(): void {
    const now = performance.now()
    if (now < this.#due) return
    // Who joins later, or is sent something, is not due any sooner than that.
    let due = now + this.#period
    for (const connection of this.#connections) due = Math.min(due, connection.beat(now))
    this.#due = due
  }
}
