import { LRUCache } from 'lru-cache'
import { FailureRecord } from './failure-record.ts'

/** A job that took a process down. */
export interface Cause {
  /** One text for one room and look. */
  look: string
  /** The networks that it was drawn for; none if that is not known. */
  networks: readonly string[]
}

/** Strangers choose looks: only the newest records are kept. */
const MAX_RECORDS = 500
/** Milliseconds for which a failure counts, as in `FailureRecord`. */
const WINDOW = 30_000

/**
 * What a widget's failures rest. A look that fails three times rests. A network whose looks fail three times, each
 * another, rests for this widget. The widget rests only where three networks had a look of their own that failed, or
 * where the cause is no look: otherwise one stranger could take it down for everyone.
 */
export class WidgetFailures {
  readonly #widget = new FailureRecord()
  readonly #looks = new LRUCache<string, FailureRecord>({ max: MAX_RECORDS })
  readonly #networks = new LRUCache<string, FailureRecord>({ max: MAX_RECORDS })
  /** When each look and each network last failed. */
  readonly #failedAt = new LRUCache<string, number>({ max: MAX_RECORDS * 2 })

  /** Records that these jobs took a process down; none if the cause is not one of them. */
  fail(now: number, causes: readonly Cause[]): void {
    if (causes.length === 0) this.#widget.fail(now)
    for (const cause of causes) this.#failFor(now, cause)
  }

  /** Milliseconds until a job may run again; 0 when it may run now. */
  rest(now: number, { look, networks }: Cause): number {
    const ofNetworks = networks.map((network) => this.#networks.get(network)?.rest(now) ?? 0)
    return Math.max(
      this.#widget.rest(now),
      this.#looks.get(look)?.rest(now) ?? 0,
      // A viewer that shares a picture with a network that rests still sees it.
      ofNetworks.length > 0 ? Math.min(...ofNetworks) : 0,
    )
  }

  /** Records a good picture; returns whether the widget may share a process again. */
  succeed(now: number): boolean {
    return this.#widget.succeed(now)
  }

  #failFor(now: number, { look, networks }: Cause): void {
    recordIn(this.#looks, look).fail(now)
    const isNewLook = this.#isNew(`look ${look}`, now)
    const [network] = networks
    if (network === undefined) return this.#widget.fail(now)
    const isNewNetwork = this.#isNew(`network ${network}`, now)
    if (isNewLook) recordIn(this.#networks, network).fail(now)
    if (isNewLook && isNewNetwork) this.#widget.fail(now)
    else this.#widget.blame()
  }

  #isNew(name: string, now: number): boolean {
    const last = this.#failedAt.get(name)
    this.#failedAt.set(name, now)
    return last === undefined || now - last >= WINDOW
  }
}

function recordIn(records: LRUCache<string, FailureRecord>, name: string): FailureRecord {
  const known = records.get(name) ?? new FailureRecord()
  records.set(name, known)
  return known
}
