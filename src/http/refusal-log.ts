import type { Logger } from 'pino'
import { addressGroup } from '../system/address-group.ts'

/** Notified of every refusal, for metrics. */
export interface RefusalObserver {
  refusedClient(reason: string): void
}

/** The options of a refusal log. */
export interface RefusalLogInit {
  log: Logger
  observer?: RefusalObserver
  /** Returns milliseconds; for tests. */
  now?: () => number
}

const WINDOW = 60_000
/** Lines in a window; strangers can cause any number of refusals. */
const MAX_LINES = 60
/** Lines about one network in a window, so that it cannot hide another. Enough for a ban by the filter in deploy/. */
const MAX_LINES_PER_NETWORK = 10

/** Counts refused requests and connections, and logs some of them in the form that the filter for fail2ban reads. */
export class RefusalLog {
  readonly #init: RefusalLogInit
  readonly #now: () => number
  readonly #lines = new Map<string, number>()
  #windowStart = Number.NEGATIVE_INFINITY
  #logged = 0
  #dropped = 0

  constructor(init: RefusalLogInit) {
    this.#init = init
    this.#now = init.now ?? (() => performance.now())
  }

  /** @param reason a kebab-case name from a small set. */
  note(address: string, reason: string): void {
    this.#init.observer?.refusedClient(reason)
    if (this.#hasRoom(address)) this.#init.log.warn({ address, reason }, `refused ${address}: ${reason}`)
    else this.#dropped += 1
  }

  #hasRoom(address: string): boolean {
    const now = this.#now()
    if (now - this.#windowStart >= WINDOW) this.#beginWindow(now)
    const network = addressGroup(address)
    const own = this.#lines.get(network) ?? 0
    if (this.#logged >= MAX_LINES || own >= MAX_LINES_PER_NETWORK) return false
    this.#logged += 1
    this.#lines.set(network, own + 1)
    return true
  }

  #beginWindow(now: number): void {
    const refusals = this.#dropped
    this.#windowStart = now
    this.#lines.clear()
    this.#logged = 0
    this.#dropped = 0
    if (refusals > 0) this.#init.log.warn({ refusals }, 'more clients were refused than logged')
  }
}
