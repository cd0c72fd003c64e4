import type { Leases } from './leases.ts'

/** What `HeldLeases` works with. */
export interface HeldLeasesInit {
  leases: Pick<Leases, 'hold' | 'release'>
  /** Begins the name of each lease: `poll` makes `poll/build`. */
  prefix: string
  /** This node got a lease: it begins the work, and knows nothing that another node has done meanwhile. */
  onGain(name: string): void | Promise<void>
  /** Another node has the lease, or this node is cut off: it stops the work. */
  onLoss(name: string): void
}

/** How long a lease is held, in milliseconds: after this time another node takes over what a dead one did. */
const DURATION = 15_000
const RENEWAL = 5_000

/** Shares work between the nodes of a cluster: tries to hold a lease for each piece, and renews those it has. */
export class HeldLeases {
  readonly #init: HeldLeasesInit
  /** Whether each wanted lease is held. */
  readonly #held = new Map<string, boolean>()
  readonly #timer: NodeJS.Timeout

  constructor(init: HeldLeasesInit) {
    this.#init = init
    this.#timer = setInterval(() => void this.renew(), RENEWAL).unref()
  }

  /** Whether this node holds a lease. */
  has(name: string): boolean {
    return this.#held.get(name) === true
  }

  /** Wants a lease from now on. Resolves when it was tried once, and the work has begun if it was free. */
  async add(name: string): Promise<void> {
    if (this.#held.has(name)) return
    this.#held.set(name, false)
    await this.#hold(name)
  }

  /** Wants a lease no more, and gives it up. `onLoss` is not called. */
  delete(name: string): void {
    if (this.#held.get(name)) void this.#init.leases.release(this.#nameOf(name))
    this.#held.delete(name)
  }

  /** Tries every wanted lease again. Called every 5 s. */
  async renew(): Promise<void> {
    await Promise.all([...this.#held.keys()].map((name) => this.#hold(name)))
  }

  /** Gives up every lease. */
  close(): void {
    clearInterval(this.#timer)
    for (const name of [...this.#held.keys()]) this.delete(name)
  }

  async #hold(name: string): Promise<void> {
    const isHeld = await this.#init.leases.hold(this.#nameOf(name), DURATION)
    const wasHeld = this.#held.get(name)
    // Deleted meanwhile: the lease must not stay with a node that does not want it.
    if (wasHeld === undefined) return isHeld ? this.#init.leases.release(this.#nameOf(name)) : undefined
    this.#held.set(name, isHeld)
    if (isHeld && !wasHeld) await this.#init.onGain(name)
    else if (!isHeld && wasHeld) this.#init.onLoss(name)
  }

  #nameOf(name: string): string {
    return `${this.#init.prefix}/${name}`
  }
}
