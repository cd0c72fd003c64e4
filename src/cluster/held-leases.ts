import { every } from '../system/every.ts'
import type { Leases } from './leases.ts'

/** The options of `HeldLeases`. */
export interface HeldLeasesInit {
  leases: Pick<Leases, 'hold' | 'release'>
  /** The prefix of each lease's name: `poll` makes `poll/build`. */
  prefix: string
  /**
   * Called when this node got a lease: it starts the work, without knowing what other nodes did meanwhile. If it throws,
   * the lease is released, and tried for again at the next renewal.
   */
  onGain(name: string): void | Promise<void>
  /** Called when another node has the lease, or this node is disconnected: it stops the work. */
  onLoss(name: string): void
}

/** The duration of a lease, in milliseconds: after it, another node takes over the work of a dead one. */
const DURATION = 15_000
const RENEWAL = 5_000

/** Divides work between the nodes of a cluster: tries to hold a lease for each piece, and renews held leases. */
export class HeldLeases {
  readonly #init: HeldLeasesInit
  /** Until when each wanted lease is held, by `performance.now()`; undefined if another node has it. */
  readonly #held = new Map<string, number | undefined>()
  readonly #stop: () => void

  constructor(init: HeldLeasesInit) {
    this.#init = init
    this.#stop = every(RENEWAL, () => void this.renew())
  }

  /** Whether this node holds a lease. One that was suspended no longer does, before it knows who took over. */
  has(name: string): boolean {
    return performance.now() < (this.#held.get(name) ?? 0)
  }

  /** Starts to try for a lease. Resolves after the first attempt, when the work has started if the lease was free. */
  async add(name: string): Promise<void> {
    if (this.#held.has(name)) return
    this.#held.set(name, undefined)
    await this.#hold(name)
  }

  /** Releases a lease and stops trying for it. `onLoss` is not called. */
  delete(name: string): void {
    if (this.#held.get(name) !== undefined) void this.#init.leases.release(this.#nameOf(name))
    this.#held.delete(name)
  }

  /** Tries or renews every wanted lease. Called every 5 s. */
  async renew(): Promise<void> {
    await Promise.all([...this.#held.keys()].map((name) => this.#hold(name)))
  }

  /** Releases every lease. */
  close(): void {
    this.#stop()
    for (const name of [...this.#held.keys()]) this.delete(name)
  }

  async #hold(name: string): Promise<void> {
    const sentAt = performance.now()
    const isHeld = await this.#init.leases.hold(this.#nameOf(name), DURATION)
    // It was removed meanwhile: a node must not keep a lease that it does not want.
    if (!this.#held.has(name)) return isHeld ? this.#init.leases.release(this.#nameOf(name)) : undefined
    const isContinued = this.has(name)
    // Another node may have had the lease after it expired.
    if (this.#held.get(name) !== undefined && !(isHeld && isContinued)) this.#init.onLoss(name)
    this.#held.set(name, isHeld ? sentAt + DURATION : undefined)
    if (isHeld && !isContinued) await this.#gain(name)
  }

  async #gain(name: string): Promise<void> {
    try {
      await this.#init.onGain(name)
    } catch {
      if (!this.#held.has(name)) return
      this.#held.set(name, undefined)
      await this.#init.leases.release(this.#nameOf(name))
    }
  }

  #nameOf(name: string): string {
    return `${this.#init.prefix}/${name}`
  }
}
