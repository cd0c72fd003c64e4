import type { Connection } from './connection.ts'

/** One timer for all connections; it runs only while there are any. */
export class Heartbeat {
  readonly #connections = new Set<Connection>()
  readonly #tick: number
  #timer: NodeJS.Timeout | undefined

  /** @param period the shortest heartbeat of any connection, in milliseconds. */
  constructor(period: number) {
    this.#tick = Math.min(1000, Math.max(20, period / 6))
  }

  /** Every connection that is being looked after. */
  get connections(): ReadonlySet<Connection> {
    return this.#connections
  }

  add(connection: Connection): void {
    this.#connections.add(connection)
    this.#timer ??= setInterval(() => this.#beat(), this.#tick)
  }

  delete(connection: Connection): void {
    this.#connections.delete(connection)
    if (this.#connections.size > 0) return
    clearInterval(this.#timer)
    this.#timer = undefined
  }

  #beat(): void {
    const now = performance.now()
    for (const connection of this.#connections) connection.beat(now)
  }
}
