import type { WebSocket } from 'ws'
import type { NodeReport } from '../cluster/cluster-report.ts'
import type { Presence } from '../cluster/presence.ts'
import type { NodeAudit } from '../schema/audit-schema.ts'
import { every } from '../system/every.ts'
import { type EdgeHost, EdgeLink } from './edge-link.ts'
import { EDGE_LEASE, type EdgeNode, type EdgeReport } from './edge-protocol.ts'
import { EdgeRecord } from './edge-record.ts'

/** The parts of `Edges`. */
export interface EdgesInit {
  host: EdgeHost
  presence: Pick<Presence, 'join'>
  hits: { count(room: string, amount: number): unknown }
  /** A stream of a room began or ended at an edge. */
  onChange?(room: string, type: 'join' | 'leave'): void
  /** Milliseconds after which the viewers of a silent edge are removed. @default 10000 */
  lease?: number
}

/** One edge: its newest connection, and what it has reported. */
interface Edge {
  node: EdgeNode
  record: EdgeRecord
  nodes: readonly NodeReport[]
  link: EdgeLink | undefined
  /** When it last gave a sign of life. */
  seenAt: number
}

/** Milliseconds that edges have to compare their counts: less than a question to other processes may take. */
const AUDIT_TIMEOUT = 800
/** Checks of the leases within one lease. */
const CHECKS = 5

/**
 * The edges of a server. The viewers of each are counted under a lease: if its connection is lost, they stay counted until
 * it is back or the lease expires, and one that stops cleanly removes them at once.
 */
export class Edges {
  readonly #init: EdgesInit
  readonly #lease: number
  readonly #links = new Set<EdgeLink>()
  readonly #edges = new Map<string, Edge>()
  readonly #stop: () => void

  constructor(init: EdgesInit) {
    this.#init = init
    this.#lease = init.lease ?? EDGE_LEASE
    this.#stop = every(this.#lease / CHECKS, () => this.#expire())
  }

  /** The number of edges that are connected directly. */
  get size(): number {
    return this.#links.size
  }

  /** All edges below this server, sorted by name. */
  reports(): NodeReport[] {
    return [...this.#edges.values()]
      .flatMap(({ nodes }) => nodes)
      .sort((one, other) => (one.name < other.name ? -1 : 1))
  }

  /** The comparisons of all edges below this server with their kernels, of those that reply in time. */
  async audit(within = AUDIT_TIMEOUT): Promise<NodeAudit[]> {
    return (await Promise.all([...this.#links].map((link) => link.audit(within)))).flat()
  }

  /** Takes over the connection of an edge that has the token. */
  accept(webSocket: WebSocket): void {
    let edge: Edge | undefined
    const link = new EdgeLink(webSocket, this.#init.host, {
      onHello: (node) => {
        edge = this.#enter(node, link)
      },
      onReport: (report) => edge && this.#apply(edge, report),
      onBye: () => edge && this.#remove(edge),
      onSign: () => {
        if (edge) edge.seenAt = performance.now()
      },
      onClosed: () => {
        this.#links.delete(link)
        if (edge?.link === link) edge.link = undefined
      },
    })
    this.#links.add(link)
  }

  /** The chain from this server to the origin has changed. */
  sendPath(): void {
    for (const link of this.#links) link.sendPath()
  }

  /** The origin can be reached again, or no longer. */
  sendChain(): void {
    for (const link of this.#links) link.sendChain()
  }

  /** The code of widgets has changed. */
  sendManifests(): void {
    for (const link of this.#links) link.sendManifests()
  }

  /** Closes every connection. */
  close(): void {
    this.#stop()
    for (const link of this.#links) link.close()
    this.#edges.clear()
  }

  #enter(node: EdgeNode, link: EdgeLink): Edge {
    const known = this.#edges.get(node.id)
    known?.link?.terminate()
    const { presence, onChange } = this.#init
    const edge = known ?? {
      ...{ node, link, nodes: [], seenAt: 0 },
      record: new EdgeRecord({ presence, ...(onChange && { onChange }) }),
    }
    edge.link = link
    edge.seenAt = performance.now()
    this.#edges.set(node.id, edge)
    return edge
  }

  #apply(edge: Edge, report: EdgeReport): void {
    // It was removed meanwhile: it sends everything again after its next hello.
    if (this.#edges.get(edge.node.id) !== edge) return void edge.link?.terminate()
    edge.record.apply(report)
    if (report.nodes) edge.nodes = report.nodes
    for (const [room, hits] of report.hits) this.#init.hits.count(room, hits)
  }

  #remove(edge: Edge): void {
    if (this.#edges.get(edge.node.id) !== edge) return
    this.#edges.delete(edge.node.id)
    edge.record.clear()
  }

  #expire(): void {
    for (const edge of this.#edges.values()) {
      if (performance.now() - edge.seenAt < this.#lease) continue
      this.#init.host.log.warn({ edge: edge.node.name }, 'an edge is silent, its viewers are removed')
      this.#remove(edge)
      edge.link?.terminate()
    }
  }
}
