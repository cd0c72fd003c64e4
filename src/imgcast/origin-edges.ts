import type { Duplex } from 'node:stream'
import type { Logger } from 'pino'
import type { Channels } from '../channel/channels.ts'
import type { EmbeddedReader } from '../channel/embedded-reader.ts'
import type { Cluster } from '../cluster/cluster.ts'
import type { ClusterReport } from '../cluster/cluster-report.ts'
import type { Rooms } from '../cluster/rooms.ts'
import { EDGE_LEASE } from '../edge/edge-protocol.ts'
import { Edges } from '../edge/edges.ts'
import { EdgeSockets } from '../http/edge/edge-sockets.ts'
import type { ServerGuard } from '../http/server/server-guard.ts'
import type { TokenGuard } from '../http/token-guard.ts'
import type { Renderer } from '../render/renderer.ts'
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
  viewers: Pick<Viewers, 'size'>
  ghostTimeout: number
  log: Logger
  closers: Closers
  guard: TokenGuard
  serverGuard: ServerGuard
  isReady(): boolean
}

/** The edges of an origin, and the report of its cluster with them. */
export interface OriginEdges {
  edges: Edges
  /** Accepts their connections. */
  edgeSockets: EdgeSockets
  /** Undefined for one process without edges. */
  report(): ClusterReport | undefined
}

/** Creates the part of an origin that edges connect to. */
export function createOriginEdges(init: OriginEdgesInit): OriginEdges {
  const { cluster, channels, renderer, embeddedReader, rooms, widgetEvents, viewers, log, guard, isReady } =
    init
  const { node, presence, hits, viewerSecrets } = cluster
  const self = { id: node.epoch, name: node.name }
  const edges = new Edges({
    host: {
      ...{ channels, widgets: renderer, embeddedReader, viewerSecrets, log },
      isKnown: async (room) => (await rooms.get(room)) !== undefined,
      path: () => [self],
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
  const own = () => ({ name: node.name, connections: viewers.size, rooms: presence.openRooms })
  const onAccepted = (socket: Duplex) => init.serverGuard.onUpgrade(socket)
  return {
    edges,
    edgeSockets: new EdgeSockets({ edges, guard, isReady, onAccepted }),
    report: () => {
      const report = cluster.report?.()
      const below = edges.reports()
      if (below.length === 0) return report
      const { nodes, isPartial } = report ?? { nodes: [own()], isPartial: false }
      return { nodes: [...nodes, ...below], isPartial }
    },
  }
}

/** Milliseconds after which a silent edge, or upstream, is gone: a half of the ghost timeout at most. */
export function edgeLease(ghostTimeout: number): number {
  return ghostTimeout > 0 ? Math.min(EDGE_LEASE, ghostTimeout / 2) : EDGE_LEASE
}
