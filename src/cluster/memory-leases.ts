import type { Leases } from './leases.ts'

/** The leases of several nodes in one process, by name. */
export type LeaseTable = Map<string, { owner: object; until: number }>

/** The leases of a cluster of one, or of nodes that share a table. */
export class MemoryLeases implements Leases {
  readonly #table: LeaseTable
  readonly #now: () => number
  #isClosed = false

  /** @param now milliseconds of a monotonic clock. @default performance.now */
  constructor(table: LeaseTable = new Map(), now: () => number = () => performance.now()) {
    this.#table = table
    this.#now = now
  }

  async hold(name: string, duration: number): Promise<boolean> {
    const now = this.#now()
    const lease = this.#table.get(name)
    if (this.#isClosed || (lease && lease.owner !== this && lease.until > now)) return false
    this.#table.set(name, { owner: this, until: now + duration })
    return true
  }

  async release(name: string): Promise<void> {
    if (this.#table.get(name)?.owner === this) this.#table.delete(name)
  }

  async close(): Promise<void> {
    this.#isClosed = true
    for (const [name, { owner }] of this.#table) if (owner === this) this.#table.delete(name)
  }
}
