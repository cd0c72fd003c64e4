import type { NodeReport } from '../cluster/cluster-report.ts'
import type { EdgeMessage } from './edge-protocol.ts'
import type { UpstreamPresence } from './upstream-presence.ts'

/** What reports are made of. */
export interface UpstreamReportsInit {
  presence: UpstreamPresence
  /** This server and all edges below it. */
  nodes(): NodeReport[]
  /** Whether the upstream can take reports. */
  isUp(): boolean
  send(message: EdgeMessage): void
}

/** Milliseconds between two reports. */
const INTERVAL = 100
/** Rooms whose hits are kept while the upstream is lost. */
const MAX_HIT_ROOMS = 10_000

/** Reports the viewers, hits and servers of an edge: soon after a change, and at least with each sign of life. */
export class UpstreamReports {
  readonly #init: UpstreamReportsInit
  readonly #hits = new Map<string, number>()
  #timer: NodeJS.Timeout | undefined

  constructor(init: UpstreamReportsInit) {
    this.#init = init
    init.presence.onChange(() => this.#sendSoon())
  }

  /** Counts hits of a room; kept while the upstream is lost. */
  countHits(room: string, amount: number): void {
    if (!this.#hits.has(room) && this.#hits.size >= MAX_HIT_ROOMS) return
    this.#hits.set(room, (this.#hits.get(room) ?? 0) + amount)
    this.#sendSoon()
  }

  /** Sends what the upstream does not know yet. @param withNodes also this server and those below it */
  send(withNodes = false): void {
    const { presence, nodes, isUp, send } = this.#init
    if (!isUp()) return
    for (const part of presence.take()) send({ report: { ...part, hits: [] } })
    const hits = [...this.#hits]
    this.#hits.clear()
    if (hits.length > 0 || withNodes)
      send({ report: { rooms: [], hits, ...(withNodes && { nodes: nodes() }) } })
  }

  close(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
    this.#sendSoon = () => {}
  }

  #sendSoon = (): void => {
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined
      this.send()
    }, INTERVAL).unref()
  }
}
