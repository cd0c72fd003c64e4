import { randomBytes } from 'node:crypto'
import { fileURLToPath } from 'node:url'
import type { Router } from 'express'
import { type Logger, pino } from 'pino'
import { Channels } from './channel/channels.ts'
import { RoomEvents } from './channel/room-events.ts'
import { Visits } from './channel/visits.ts'
import { type Cluster, createCluster } from './cluster/cluster.ts'
import { readRoomHistory } from './cluster/room-history.ts'
import { Rooms } from './cluster/rooms.ts'
import { Hooks } from './hooks/hooks.ts'
import { ForwardingCheck } from './http/forwarding-check.ts'
import { Metrics } from './http/metrics/metrics.ts'
import { Pages } from './http/page/pages.ts'
import { Pictures } from './http/picture/pictures.ts'
import { createRouter } from './http/router.ts'
import { Probe } from './http/stream/probe.ts'
import { Streams } from './http/stream/streams.ts'
import { type Options, readOptions } from './options.ts'
import { FolderWatch } from './render/folder-watch.ts'
import type { StateRequest } from './render/protocol.ts'
import { Renderer } from './render/renderer.ts'
import { Polls } from './status/polls.ts'
import { SocketOptions } from './system/socket-options.ts'
import { builtInFolder } from './widget/built-in-folder.ts'
import { checkStateName, isServerName } from './widget/state-name.ts'

/** What a host app may set; everything else is the host's own business. */
export type ImgcastOptions = Partial<
  Omit<Options, 'port' | 'host' | 'tlsCert' | 'tlsKey' | 'trustProxy' | 'widgets' | 'allowReferrer'>
> & {
  /** Folders of widget modules of your own, besides the built-in ones. */
  widgets?: string | URL | (string | URL)[]
  allowReferrer?: string | string[]
  /** Where log lines go. @default standard output, at `logLevel` */
  log?: Logger
}

/** How many of everything there are, for tests and for whoever looks inside. */
export interface Census {
  connections: number
  channels: number
  rooms: number
  /** Bytes spent on asking streams of pages that were left. */
  probeBytes: number
  /** Process ids of the render processes. */
  renderers: number[]
}

/** A live image server, to be mounted in an Express app. */
export interface Imgcast {
  /** `app.use('/live', imgcast.router)`, in Express 4 or 5. */
  readonly router: Router
  /** What the API asks for; made at start where none was set. */
  readonly token: string
  readonly log: Logger
  census(): Census
  /** Ends the streams so that every last picture stays on screen, then the render processes, and saves; within 4 s. */
  close(): Promise<void>
}

/** How long viewers have to take their last picture. */
const FAREWELL = 3_000
const FAREWELL_CHECK = 20
/** How long widgets have to hear of the last leaving. */
const LAST_EVENTS = 500

/**
 * Makes a live image server. Rejects with a `TypeError` that names every wrong option, and with an `Error` where
 * the store cannot be opened or no render process starts.
 */
export async function createImgcast({ log: givenLog, ...given }: ImgcastOptions = {}): Promise<Imgcast> {
  const options = readOptions({ ...given, widgets: toPaths(given.widgets) })
  const log = givenLog ?? pino({ level: options.logLevel })
  const token = options.token ?? randomBytes(18).toString('base64url')
  const metrics = new Metrics()
  const cluster = await createCluster(options.store, log, { retention: options.history, observer: metrics })
  const watch = await FolderWatch.start(options.widgets, log).catch(async (error: unknown) => {
    await cluster.close()
    throw error
  })
  const renderer = await Renderer.start({
    folders: [builtInFolder(), ...options.widgets],
    workers: options.workers,
    drawTimeout: options.drawTimeout,
    log,
    reloads: options.widgets.length > 0,
    onState: (request) => answerState(cluster, request),
    observer: metrics,
  }).catch(async (error: unknown) => {
    watch.close()
    await cluster.close()
    throw error
  })
  const { minInterval, heartbeat, linger } = options
  const channels = new Channels({
    renderer,
    presence: cluster.presence,
    bus: cluster.bus,
    pace: { minInterval, heartbeat, linger },
    maxChannels: options.maxChannels,
    observer: metrics,
  })
  const probe = options.probe === 'on' ? new Probe() : undefined
  const socketOptions = new SocketOptions(options.ghostTimeout, log)
  const visits = new Visits(cluster.presence, renderer)
  const { viewerKeys } = cluster
  const streams = new Streams({ visits, viewerKeys, limits: options, heartbeat, socketOptions, probe })
  const pages = new Pages(renderer, options.publicUrl)
  const rooms = new Rooms(cluster)
  const events = new RoomEvents(cluster.presence, cluster.bus)
  const polls = new Polls(cluster.store, log)
  const hooks = new Hooks({ rooms, store: cluster.store, bus: cluster.bus, log })
  await Promise.all([polls.load(), hooks.load()])
  let closing: Promise<void> | undefined
  const isReady = () => !closing
  const allowReferrer = allowedReferrers(options)
  const pictures = new Pictures({
    ...{ renderer, channels, cluster, streams, pages, allowReferrer, isReady, log },
    observer: metrics,
  })
  watch.onChange(async () => {
    if (await renderer.reload()) channels.redraw()
  })
  const forwarding = new ForwardingCheck(log)
  const router = createRouter({
    pictures,
    pages,
    forwarding,
    renderer,
    presence: cluster.presence,
    allowReferrer,
    store: cluster.store,
    history: cluster.history,
    rooms,
    events,
    polls,
    hooks,
    token,
    log,
    metrics,
    metricsNow: () => ({
      streams: streams.size,
      streamsLimit: options.maxConnections,
      rooms: cluster.presence.openRooms,
      channels: channels.size,
      channelsLimit: options.maxChannels,
      renderProcesses: renderer.pids.length,
      ghosts: streams.ghosts,
      probeBytes: probe?.bytes ?? 0,
      audience: visits.audience.counts(),
      traffic: streams.traffic,
    }),
    sockets: () => streams.sockets(),
    streamsOf: (room) => streams.ofRoom(room),
    publicUrl: options.publicUrl,
    isReady,
  })

  const close = async () => {
    watch.close()
    probe?.close()
    // First: that everybody leaves now is no news.
    hooks.close()
    events.close()
    polls.close()
    channels.close()
    await streams.finish(FAREWELL, FAREWELL_CHECK)
    await visits.settle(LAST_EVENTS)
    await renderer.close()
    // Last: what rooms remember may still change while their viewers leave.
    await cluster.close()
  }
  return {
    router,
    token,
    log,
    census: () => ({
      connections: streams.size,
      channels: channels.size,
      rooms: cluster.presence.openRooms,
      probeBytes: probe?.bytes ?? 0,
      renderers: renderer.pids,
    }),
    close: () => {
      closing ??= close()
      return closing
    },
  }
}

/** The server's own pages are always allowed, also where a proxy gives them another name. */
function allowedReferrers({ allowReferrer, publicUrl }: Options): string[] {
  return allowReferrer.length > 0 && publicUrl ? [...allowReferrer, new URL(publicUrl).host] : allowReferrer
}

async function answerState(cluster: Cluster, request: StateRequest): Promise<unknown> {
  if (request.operation === 'history') return readRoomHistory(cluster, request.room, request.span)
  const { store, hits } = cluster
  const { operation, room, name, value } = request
  checkStateName(name)
  if (operation !== 'get' && isServerName(name))
    throw new TypeError(`Expected a name of the widget's own to write, got "${name}", which can only be read`)
  switch (operation) {
    case 'get':
      hits.noteRead(room, name)
      return store.get(room, name)
    case 'set':
      return store.set(room, name, value)
    case 'add':
      return store.add(room, name, value as number)
  }
}

function toPaths(widgets: ImgcastOptions['widgets']): string[] | undefined {
  if (widgets === undefined) return undefined
  return [widgets].flat().map((folder) => (folder instanceof URL ? fileURLToPath(folder) : folder))
}
