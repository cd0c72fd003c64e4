import type { Duplex } from 'node:stream'
import type { Logger } from 'pino'
import type { Channels } from '../channel/channels.ts'
import type { EmbeddedReader } from '../channel/embedded-reader.ts'
import type { Cluster } from '../cluster/cluster.ts'
import type { ClusterReport, NodeReport } from '../cluster/cluster-report.ts'
import type { Rooms } from '../cluster/rooms.ts'
import { EDGE_LEASE } from '../edge/edge-protocol.ts'
import { Edges } from '../edge/edges.ts'
import { NodeAudits } from '../http/audit/node-audits.ts'
import { EdgeSockets } from '../http/edge/edge-sockets.ts'
import type { LoadMeter } from '../http/metrics/load-meter.ts'
import type { ServerGuard } from '../http/server/server-guard.ts'
import type { TokenGuard } from '../http/token-guard.ts'
import type { Renderer } from '../render/renderer.ts'
import type { Load } from '../schema/load-schema.ts'
import type { Viewers } from '../viewer/viewers.ts'
import type { WidgetEvents } from '../viewer/widget-events.ts'
import { parseLook } from '../widget/look.ts'
import { parseRoom } from '../widget/room.ts'
import type { Closers } from './closers.ts'

/** What the edges of an origin need. */
export interface OriginEdgesInit {
  cluster: Cluster
  channels: Channels
  renderer: Renderer
  embeddedReader: EmbeddedReader
  rooms: Rooms
  widgetEvents: WidgetEvents
  viewers: Pick<Viewers, 'size' | 'sockets'>
  load: Pick<LoadMeter, 'now'>
  ghostTimeout: number
  log: Logger
  closers: Closers
  guard: TokenGuard
  serverGuard: ServerGuard
  isReady(): boolean
}

/** The edges of an origin, and what is known of its cluster with them. */
export interface OriginEdges {
  edges: Edges
  /** Compares the counts of all servers with their kernels. */
  audits: NodeAudits
  /** Accepts their connections. */
  edgeSockets: EdgeSockets
  /** Undefined for one process without edges. */
  report(): ClusterReport | undefined
}

/** Creates the part of an origin that edges connect to. */
export function createOriginEdges(init: OriginEdgesInit): OriginEdges {
  const {
    cluster,
    channels,
    renderer,
    embeddedReader,
    rooms,
    widgetEvents,
    viewers,
    load,
    log,
    guard,
    isReady,
  } = init
  const { node, presence, hits, viewerSecrets } = cluster
  const self = { id: node.epoch, name: node.name }
  const edges = new Edges({
    host: {
      ...{ channels, widgets: renderer, embeddedReader, viewerSecrets, log },
      isKnown: async (room) => (await rooms.get(room)) !== undefined,
      path: () => [self],
      fault: () => undefined,
      isReady: () => true,
    },
    presence,
    hits,
    // A join of a stranger at an edge names no look: the handlers get the default one.
    onChange: (room, type) => {
      const { widget, key } = parseRoom(room)
      const manifest = renderer.manifests.get(widget)
      if (!manifest?.handles[type]) return
      const look = parseLook(manifest, 'png', new URLSearchParams())
      // A handler that fails is logged where it runs.
      void widgetEvents.deliver({ widget, key, look }, { type }).catch(() => {})
    },
    lease: edgeLease(init.ghostTimeout),
  })
  init.closers.defer(() => edges.close())
  const facts = () => ({ connections: viewers.size, ...usageOf(load.now()) })
  cluster.describe?.(() => ({ ...facts(), edges: edges.reports() }))
  const report = () => {
    const known = cluster.report?.()
    const below = edges.reports()
    // A cluster of several processes lists their edges too.
    if (known || below.length === 0) return known
    const own: NodeReport = { name: node.name, rooms: presence.openRooms, ...facts() }
    return { nodes: [own, ...below], isPartial: false }
  }
  const onAccepted = (socket: Duplex) => init.serverGuard.onUpgrade(socket)
  return {
    edges,
    edgeSockets: new EdgeSockets({ edges, guard, isReady, onAccepted }),
    audits: new NodeAudits({
      ...{ name: node.name, sockets: () => viewers.sockets(), edges: () => edges.audit(), report },
      ...{ siblings: cluster.siblings, peers: cluster.peers },
    }),
    report,
  }
}

/** The processor time and memory of a server with its render processes. */
export function usageOf({ server, render }: Load): Pick<NodeReport, 'processor' | 'memoryBytes'> {
  return {
    processor: Math.round((server.processor + render.processor) * 1_000) / 1_000,
    memoryBytes: server.memoryBytes + render.memoryBytes,
  }
}

/** Milliseconds after which a silent edge, or upstream, is gone: a half of the ghost timeout at most. */
export function edgeLease(ghostTimeout: number): number {
  return ghostTimeout > 0 ? Math.min(EDGE_LEASE, ghostTimeout / 2) : EDGE_LEASE
}
