import { randomBytes } from 'node:crypto'
import { fileURLToPath } from 'node:url'
import { pino } from 'pino'
import { Channels } from './channel/channels.ts'
import { EmbeddedReader } from './channel/embedded-reader.ts'
import { LoadedData } from './channel/loaded-data.ts'
import { PushedData } from './channel/pushed-data.ts'
import { RoomEvents } from './channel/room-events.ts'
import { createCluster } from './cluster/cluster.ts'
import { isDriver } from './cluster/driver.ts'
import { Rooms } from './cluster/rooms.ts'
import { Hooks } from './hooks/hooks.ts'
import { createApi } from './http/api/api.ts'
import { createDashboard } from './http/dashboard/dashboard.ts'
import { createHandler, createTrust, handlerAt } from './http/handler.ts'
import { createHealthRoute, type Unready } from './http/health-route.ts'
import { CameraMeter } from './http/metrics/camera-meter.ts'
import { LoadMeter } from './http/metrics/load-meter.ts'
import { Metrics } from './http/metrics/metrics.ts'
import { createMetricsRoute } from './http/metrics/metrics-route.ts'
import { createLiveImgRoute } from './http/page/live-img-route.ts'
import { Pages, showsSource } from './http/page/pages.ts'
import { createClicks } from './http/picture/clicks.ts'
import { createOembedRoute } from './http/picture/oembed-route.ts'
import { PictureData } from './http/picture/picture-data.ts'
import { Pictures } from './http/picture/pictures.ts'
import { RefusalLog } from './http/refusal-log.ts'
import { createRouter } from './http/router.ts'
import { Sessions } from './http/sessions.ts'
import { createSocketRoute } from './http/socket/socket-route.ts'
import { TokenGuard } from './http/token-guard.ts'
import { createUpgrade } from './http/upgrade.ts'
import { Closers } from './imgcast/closers.ts'
import { createServerGuard } from './imgcast/create-server-guard.ts'
import { createTransports } from './imgcast/create-transports.ts'
import { createValues } from './imgcast/create-values.ts'
import { checkEdge } from './imgcast/edge-options.ts'
import { createEdge, type EdgeOptions } from './imgcast/edge-server.ts'
import { createFramesFromElsewhere } from './imgcast/frames-from-elsewhere.ts'
import { createHostAccess } from './imgcast/host-access.ts'
import type { Imgcast, ImgcastOptions } from './imgcast/imgcast-interface.ts'
import { createMachineWide } from './imgcast/machine-wide.ts'
import { readOptions } from './imgcast/options.ts'
import { createOriginEdges } from './imgcast/origin-edges.ts'
import { readMetrics } from './imgcast/read-metrics.ts'
import { serveStateRequest } from './imgcast/state-requests.ts'
import { Cards } from './picture/cards.ts'
import { describeReload } from './render/describe-reload.ts'
import { FolderWatch } from './render/folder-watch.ts'
import { Renderer } from './render/renderer.ts'
import { limitLog } from './system/limit-log.ts'
import { OutgoingClient } from './system/outgoing.ts'
import { RemoteImages } from './system/remote-images.ts'
import { Collections } from './viewer/collections.ts'
import { Memberships } from './viewer/memberships.ts'
import { NewRooms } from './viewer/new-rooms.ts'
import { RoomHits } from './viewer/room-hits.ts'
import { WidgetEvents } from './viewer/widget-events.ts'
import { builtInFolder } from './widget/built-in-folder.ts'
import { loadDigitThemes } from './widget/digit-themes.ts'

/** Milliseconds that widgets have to handle the last `onLeave`. */
const LAST_EVENTS_TIMEOUT = 500

/**
 * Makes a live image server. Rejects with a `TypeError` that names every wrong option, and with an `Error` if the store
 * cannot be opened or no render process starts. It then leaves nothing open.
 */
export async function createImgcast(given: ImgcastOptions = {}): Promise<Imgcast> {
  const closers = new Closers()
  try {
    return await build(given, closers)
  } catch (error) {
    // The first error is reported.
    await closers.close().catch(() => {})
    throw error
  }
}

async function build({ log: givenLog, ...given }: ImgcastOptions, closers: Closers): Promise<Imgcast> {
  const driver = isDriver(given.store) ? given.store : undefined
  const options = readOptions({
    ...given,
    // An app that names no store keeps nothing: a file in its working directory would be a surprise.
    store: driver ? undefined : (given.store ?? 'memory:'),
    widgets:
      given.widgets &&
      [given.widgets].flat().map((folder) => (folder instanceof URL ? fileURLToPath(folder) : folder)),
  })
  const { heartbeat, linger, minInterval, publicUrl, trustProxy } = options
  const wholeLog = givenLog ?? pino({ level: options.logLevel })
  checkEdge(options, driver)
  if (options.upstream !== undefined) return createEdge(options as EdgeOptions, wholeLog, closers)
  const log = limitLog(wholeLog)
  const token = options.token ?? randomBytes(18).toString('base64url')
  let isClosing = false
  let isDraining = false
  const isReady = () => !isClosing

  const metrics = new Metrics()
  closers.defer(() => metrics.close())
  const refusals = new RefusalLog({ log, observer: metrics })
  const serverGuard = createServerGuard(options, log, refusals)
  const cluster = await createCluster(driver ?? options.store, log, {
    retention: options.history,
    maxRooms: options.maxRooms,
    maxVisitorsPerAddress: options.maxVisitorsPerAddress,
    observer: metrics,
  })
  closers.defer(() => cluster.close())
  const { presence, bus, store, history, leases, viewerKeys, backup } = cluster
  const watch = await FolderWatch.start(options.widgets, log)
  closers.defer(() => watch.close())
  const themes = await loadDigitThemes(options.hitsThemes, (text) => log.warn(text))
  const client = new OutgoingClient(options)
  const images = new RemoteImages(client)
  const renderer = await Renderer.start({
    folders: [builtInFolder(), ...options.widgets],
    workers: options.workers,
    fonts: options.fonts,
    drawTimeout: options.drawTimeout,
    log,
    reloads: options.widgets.length > 0,
    onState: (request) => serveStateRequest(cluster, request, { themes }),
    onImage: (url) => images.fetch(url),
    clockOffset: () => store.clockOffset ?? 0,
    observer: metrics,
  })
  closers.defer(() => renderer.close())
  const load = new LoadMeter(metrics.totals, () => renderer.load)
  closers.defer(() => load.close())

  const events = new RoomEvents(presence, bus, log)
  const embeddedReader = new EmbeddedReader(renderer)
  const pushedData = new PushedData(renderer)
  // Before the channels, which draw after the same messages of the bus.
  const loadedData = new LoadedData({ renderer, pushedData, bus, heartbeat })
  const widgetEvents = new WidgetEvents(presence, renderer)
  const collections = new Collections({ renderer, events: widgetEvents, leases })
  closers.defer(() => collections.close())
  await collections.update()
  const memberships = new Memberships({ presence, renderer, embeddedReader, events, widgetEvents })
  // Everything is on disk before widgets handle their last events, and what those write before the processes end.
  closers.defer(async () => {
    await cluster.save?.()
    await memberships.settle(LAST_EVENTS_TIMEOUT)
    await cluster.close()
  })
  const cards = new Cards(undefined, options.fonts)
  const frames = createFramesFromElsewhere({ renderer, cluster, options, driver, client, log, closers })
  const channels = new Channels({
    sources: frames.sources({ renderer, presence, embeddedReader, pushedData, loadedData, cards }),
    bus,
    cards,
    pace: { minInterval, heartbeat, linger },
    maxChannels: options.maxChannels,
    addressLimits: options,
    observer: metrics,
  })
  const rooms = new Rooms(cluster)
  const newRooms = new NewRooms({ presence, rooms, ...options })
  const hits = new RoomHits({ hits: cluster.hits, renderer, embeddedReader })
  closers.defer(() => hits.flush())
  const { viewers, streams, sockets, probe, allowReferrer, forwarding, failures } = createTransports({
    ...{ options, presence, channels, memberships, hits, viewerKeys, cards, serverGuard, refusals, closers },
    ...{ renderer, embeddedReader, newRooms, store, log, isReady },
  })
  const values = createValues({ renderer, cluster, options, client, log, closers })
  const hooks = new Hooks({ rooms, store, bus, leases, client, log })
  // Before the viewers, so that the end of all viewers causes no events.
  closers.defer(() => events.close())
  closers.defer(() => hooks.close())
  await Promise.all([values.load(), hooks.load(), frames.load()])
  watch.add(renderer.files)
  watch.onChange(async (files) => {
    if (!isReady()) return
    const isReloaded = await renderer.reload()
    watch.add(renderer.files)
    if (!isReloaded) return
    const words = describeReload(files, renderer)
    if (words) log.info({ files }, words)
    channels.renew()
    viewers.renew()
    edges.sendManifests()
    await collections.update()
  })

  const unready = (): Unready | undefined => {
    if (isClosing || isDraining) return { status: 'stopping', reason: 'the server is stopping' }
    const reason = serverGuard.fault ?? store.fault
    return reason === undefined ? undefined : { status: 'failing', reason }
  }
  const data = new PictureData({
    renderer,
    pushedData: frames.withCameras(pushedData),
    loadedData,
    presence,
    channels,
    embeddedReader,
  })
  const pages = new Pages(renderer, data, publicUrl, showsSource(options))
  const host = createHostAccess({ cluster, renderer, channels, embeddedReader, events, data, isReady, log })
  const guard = new TokenGuard(token)
  const { edges, edgeSockets, audits, report } = createOriginEdges({
    ...{ cluster, channels, renderer, embeddedReader, rooms, widgetEvents, viewers, load, log, closers },
    ...{ guard, isReady, serverGuard, ghostTimeout: options.ghostTimeout },
  })
  const loadNow = () => ({ ...load.now(), cluster: report() })
  const sessions = new Sessions({ token, store })
  const pictures = new Pictures({
    ...{ renderer, channels, embeddedReader, hits, streams, data, pages, cards, forwarding, allowReferrer },
    ...{ store, isReady, failures, newRooms, stillCache: options.stillCache, lateAge: frames.lateAge },
    observer: metrics,
  })
  const cameraMeter = new CameraMeter({ cameras: frames.cameras, viewers, presence })
  closers.defer(() => cameraMeter.close())
  const metricsNow = () =>
    readMetrics({
      ...{ options, viewers, presence, channels, renderer, cluster, edges, probe, memberships },
      ...{ cameras: cameraMeter, series: values.series },
    })
  const whole = createMachineWide(cluster.siblings, { metrics, metricsNow })
  const streamsOf = (room: string) => viewers.ofRoom(room)
  const router = createRouter({
    ...(options.compat !== 'off' && { compat: cameraMeter }),
    pictures,
    pages,
    api: createApi({
      ...{ renderer, store, rooms, history, events, ...values, hooks, guard, sessions, publicUrl, log },
      ...{ cameras: frames.cameras, cameraMeter, pictures: frames.pictures },
      maxPictureBytes: options.maxPictureBytes,
      ...{ audits, loadNow, hits: cluster.hits, backup },
    }),
    calls: [
      createHealthRoute(unready),
      createSocketRoute(),
      createLiveImgRoute(),
      createMetricsRoute({ guard, ...whole }),
      createOembedRoute(renderer, publicUrl),
      createClicks({ renderer, events: widgetEvents, newRooms, viewers, allowReferrer }),
    ],
    dashboard: createDashboard({
      ...{ rooms, renderer, guard, sessions, failures, publicUrl, streamsOf, loadNow, cameras: cameraMeter },
    }),
    ...{ failures, guard, isReady },
  })
  const trust = createTrust(trustProxy)
  const handler = createHandler({ pictures, router, failures, trust, guard })
  // Assigned to it, because its list of widgets is a getter.
  return Object.assign(host, {
    router: router as unknown as Imgcast['router'],
    handler,
    handlerAt: (path) => handlerAt(path, handler),
    upgrade: createUpgrade({ handler, sockets, edgeSockets, failures, trust }),
    protect: (server) => serverGuard.protect(server),
    token,
    log: wholeLog,
    stats: () => ({
      ...{ connections: viewers.size, channels: channels.size, rooms: presence.openRooms },
      ...{ probeBytes: probe?.bytes ?? 0, renderers: renderer.pids },
    }),
    drain: () => {
      isDraining = true
    },
    close: () => {
      isClosing = true
      return closers.close()
    },
  } satisfies Omit<Imgcast, keyof typeof host>)
}
