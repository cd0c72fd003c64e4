import { tooBusy } from './render-error.ts'

/** A job that waits or runs. */
export interface QuotaEntry {
  /** The network that it counts for; undefined for the server's own. */
  network: string | undefined
  /** Rejects the job: its caller gets the error. */
  refuse(error: Error): void
}

/** The limits of jobs. */
export interface QuotaLimits {
  /** In all: more take too long for any client. */
  total: number
  /** For one network. */
  perNetwork: number
}

/**
 * Bounds the jobs that wait or run. A full queue costs the network that filled it: its newest job is
 * rejected in favour of one of a network that has fewer.
 */
export class JobQuota {
  readonly #limits: QuotaLimits
  readonly #byNetwork = new Map<string | undefined, Set<QuotaEntry>>()
  #total = 0

  constructor(limits: QuotaLimits) {
    this.#limits = limits
  }

  get total(): number {
    return this.#total
  }

  /** Counts a job. Returns a function that removes it. @throws PublicError 503 if its network has too many. */
  enter(entry: QuotaEntry): () => void {
    const { network } = entry
    const own = this.#byNetwork.get(network)?.size ?? 0
    if (network !== undefined && own >= this.#limits.perNetwork) throw tooBusy()
    if (this.#total >= this.#limits.total) this.#makePlace(own)
    const entries = this.#byNetwork.get(network) ?? new Set()
    this.#byNetwork.set(network, entries.add(entry))
    this.#total += 1
    return () => this.#leave(entry)
  }

  #makePlace(own: number): void {
    let largest: Set<QuotaEntry> | undefined
    for (const [network, entries] of this.#byNetwork)
      if (network !== undefined && entries.size > (largest?.size ?? own + 1)) largest = entries
    const newest = largest && [...largest].at(-1)
    if (!newest) throw tooBusy()
    this.#leave(newest)
    newest.refuse(tooBusy())
  }

  #leave(entry: QuotaEntry): void {
    const entries = this.#byNetwork.get(entry.network)
    if (!entries?.delete(entry)) return
    if (entries.size === 0) this.#byNetwork.delete(entry.network)
    this.#total -= 1
  }
}
