import { Router } from 'express'
import type { Logger } from 'pino'
import { Channels } from '../channel/channels.ts'
import { RoomEvents } from '../channel/room-events.ts'
import { MemoryBus } from '../cluster/memory-bus.ts'
import { createNode } from '../cluster/node.ts'
import { ViewerKeys } from '../cluster/viewer-key.ts'
import { Edges } from '../edge/edges.ts'
import { Upstream } from '../edge/upstream.ts'
import { UpstreamEmbeddedReader } from '../edge/upstream-embedded-reader.ts'
import { UpstreamFrameSource } from '../edge/upstream-frame-source.ts'
import { UpstreamPresence } from '../edge/upstream-presence.ts'
import { NodeAudits, shorten } from '../http/audit/node-audits.ts'
import { EdgePictures } from '../http/edge/edge-pictures.ts'
import { EdgeSockets } from '../http/edge/edge-sockets.ts'
import { UpstreamProxy } from '../http/edge/upstream-proxy.ts'
import { createErrorHandler } from '../http/error-handler.ts'
import { createHandler, createTrust, handlerAt } from '../http/handler.ts'
import { createHealthRoute, type Unready } from '../http/health-route.ts'
import { LoadMeter } from '../http/metrics/load-meter.ts'
import { Metrics } from '../http/metrics/metrics.ts'
import { createMetricsRoute } from '../http/metrics/metrics-route.ts'
import { createLiveImgRoute } from '../http/page/live-img-route.ts'
import { RefusalLog } from '../http/refusal-log.ts'
import { createSocketRoute } from '../http/socket/socket-route.ts'
import { TokenGuard } from '../http/token-guard.ts'
import { createUpgrade } from '../http/upgrade.ts'
import { AgeMarks } from '../picture/age-marks.ts'
import { Cards } from '../picture/cards.ts'
import { limitLog } from '../system/limit-log.ts'
import { Memberships } from '../viewer/memberships.ts'
import { NewRooms } from '../viewer/new-rooms.ts'
import { RoomHits } from '../viewer/room-hits.ts'
import type { Closers } from './closers.ts'
import { createServerGuard } from './create-server-guard.ts'
import { createTransports } from './create-transports.ts'
import { HostEvents } from './host-events.ts'
import type { Imgcast } from './imgcast-interface.ts'
import type { Options } from './options.ts'
import { edgeLease, usageOf } from './origin-edges.ts'
import { readMetrics } from './read-metrics.ts'
import { toWidgetList } from './widget-list.ts'

/** An edge's options, of which these two are set. */
export type EdgeOptions = Options & { upstream: string; upstreamToken: string }

/** An edge draws nothing. */
const NO_RENDERING = { usage: { cpu: 0, memoryBytes: 0 }, processes: 0, workers: 0, waiting: 0 }

/**
 * Makes an edge: a server that takes its pictures from another one, sends them to any number of viewers, and reports
 * these. It has no render processes and stores nothing. Rejects with an `UpstreamError` if the upstream refuses it.
 */
export async function createEdge(options: EdgeOptions, wholeLog: Logger, closers: Closers): Promise<Imgcast> {
  const { upstream: url, upstreamToken, heartbeat, linger, minInterval, trustProxy } = options
  const log = limitLog(wholeLog)
  const token = options.token ?? upstreamToken
  let isClosing = false
  let isDraining = false
  const isReady = () => !isClosing
  const metrics = new Metrics()
  closers.defer(() => metrics.close())
  const refusals = new RefusalLog({ log, observer: metrics })
  const serverGuard = createServerGuard(options, log, refusals)

  const presence = new UpstreamPresence(options.maxVisitorsPerAddress)
  const { epoch, name } = createNode()
  const lease = edgeLease(options.ghostTimeout)
  const load = new LoadMeter(metrics.totals, () => NO_RENDERING)
  closers.defer(() => load.close())
  const own = () => ({
    ...{ name, connections: viewers.size, rooms: presence.openRooms, isEdge: true },
    ...usageOf(load.now()),
  })
  const upstream: Upstream = new Upstream({
    ...{ url, token: upstreamToken, node: { id: epoch, name }, presence, log, lease },
    nodes: () => [own(), ...edges.reports()],
  })
  closers.defer(() => upstream.close())
  const bus = new MemoryBus(log)
  closers.defer(() => bus.close())
  const embeddedReader = new UpstreamEmbeddedReader(upstream)
  const marks = new AgeMarks()
  const cards = new Cards(undefined, options.fonts)
  const channels = new Channels({
    sources: { create: (spec) => new UpstreamFrameSource(upstream, spec, marks) },
    ...{ bus, cards, pace: { minInterval, heartbeat, linger } },
    ...{ maxChannels: options.maxChannels, addressLimits: options, observer: metrics },
  })
  const events = new RoomEvents(presence, bus, log)
  const memberships = new Memberships({
    ...{ presence, renderer: upstream, embeddedReader, events },
    // The origin delivers the events of all edges.
    widgetEvents: { deliver: async () => {} },
  })
  const hits = new RoomHits({
    hits: {
      count: async (room, amount = 1) => upstream.countHits(room, amount),
      uncount: async () => {},
    },
    ...{ renderer: upstream, embeddedReader },
  })
  const newRooms = new NewRooms({
    ...{ presence, ...options },
    rooms: { get: async (room) => (await upstream.ask({ known: room })) || undefined },
  })
  let viewerKeys = new ViewerKeys({ secrets: upstream, log })
  const { viewers, streams, sockets, probe, allowReferrer, forwarding, failures } = createTransports({
    ...{
      options,
      presence,
      channels,
      memberships,
      hits,
      cards,
      serverGuard,
      refusals,
      closers,
      log,
      isReady,
    },
    ...{ renderer: upstream, embeddedReader, newRooms, store: { get: async () => undefined } },
    viewerKeys: { keyOf: (identity) => viewerKeys.keyOf(identity) },
  })
  const edges: Edges = new Edges({
    host: {
      ...{ channels, widgets: upstream, embeddedReader, viewerSecrets: upstream, log },
      isKnown: async (room) => (await upstream.ask({ known: room })) === true,
      path: () => upstream.path,
      fault: () => upstream.fault,
      isReady: () => upstream.manifests.size > 0,
    },
    ...{ presence, lease, hits: { count: (room, amount) => upstream.countHits(room, amount) } },
  })
  closers.defer(() => edges.close())
  upstream.listen({
    onWelcome: () => {
      // An origin that was restarted has other secrets.
      viewerKeys = new ViewerKeys({ secrets: upstream, log })
      void viewerKeys.load()
    },
    onManifests: () => {
      embeddedReader.clear()
      channels.renew()
      viewers.renew()
      edges.sendManifests()
    },
    onPath: () => edges.sendPath(),
    onFault: () => edges.sendChain(),
    onAudit: async (within) => {
      const audits = new NodeAudits({
        ...{ name, isEdge: true, sockets: () => viewers.sockets(), edges: () => edges.audit(within) },
      })
      return (await audits.below()).map(shorten)
    },
  })
  await upstream.start()

  closers.defer(() => events.close())
  const proxy = new UpstreamProxy({ url, token: upstreamToken })
  closers.defer(() => proxy.close())

  const unready = (): Unready | undefined => {
    if (isClosing || isDraining) return { status: 'stopping', reason: 'the server is stopping' }
    const reason = serverGuard.fault ?? (upstream.fault && `the upstream: ${upstream.fault}`)
    return reason === undefined ? undefined : { status: 'failing', reason }
  }
  const guard = new TokenGuard(token)
  const pictures = new EdgePictures({
    ...{ upstream, proxy, channels, embeddedReader, newRooms, streams, cards, forwarding, allowReferrer },
    ...{ isReady, failures, observer: metrics },
  })
  const metricsNow = () =>
    readMetrics({
      ...{ options, viewers, presence, channels, edges, probe, memberships },
      ...{
        renderer: { load: NO_RENDERING },
        cluster: { report: () => ({ nodes: [own()], isPartial: upstream.fault !== undefined }) },
      },
    })
  const router = Router()
  router.use((request, response, next) =>
    pictures.isFor(request.url) ? void pictures.handle(request, response) : next(),
  )
  router.use(createHealthRoute(unready))
  router.use(createSocketRoute())
  router.use(createLiveImgRoute())
  router.use(
    createMetricsRoute({
      guard,
      contentType: metrics.contentType,
      metricsText: () => metrics.text(metricsNow()),
    }),
  )
  router.use((request, response) => proxy.send(request, response))
  router.use(createErrorHandler(failures))
  const trust = createTrust(trustProxy)
  const handler = createHandler({ pictures, router, failures, trust, guard })
  return {
    router: router as unknown as Imgcast['router'],
    handler,
    handlerAt: (path) => handlerAt(path, handler),
    upgrade: createUpgrade({
      ...{ handler, sockets, failures, trust },
      edgeSockets: new EdgeSockets({
        ...{ edges, guard, isReady, onAccepted: (socket) => serverGuard.onUpgrade(socket) },
      }),
    }),
    protect: (server) => serverGuard.protect(server),
    token,
    log: wholeLog,
    room: () => refuseRooms(),
    events: new HostEvents(events, log),
    redraw: async () => refuseRooms(),
    render: async () => refuseRooms(),
    get widgets() {
      return toWidgetList(upstream.manifests)
    },
    stats: () => ({
      ...{ connections: viewers.size, channels: channels.size, rooms: presence.openRooms },
      ...{ probeBytes: probe?.bytes ?? 0, renderers: [] },
    }),
    drain: () => {
      isDraining = true
    },
    close: () => {
      isClosing = true
      return closers.close()
    },
  }
}

function refuseRooms(): never {
  throw new Error('an edge has no rooms of its own: call this in the app that runs the origin')
}
