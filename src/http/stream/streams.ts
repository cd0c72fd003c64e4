import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import type { Readable } from 'node:stream'
import type { Channel } from '../../channel/channel.ts'
import type { ChannelSpec } from '../../channel/spec.ts'
import type { Visits } from '../../channel/visits.ts'
import type { ViewerKeys } from '../../cluster/viewer-key.ts'
import { createDirectSend } from '../../system/direct-send.ts'
import type { SocketOptions } from '../../system/socket-options.ts'
import { type CountedSocket, toEndpoint } from '../../system/socket-table.ts'
import type { Look } from '../../widget/look.ts'
import { roomOf } from '../../widget/room.ts'
import { type Client, clientOf, isForwarded } from '../client.ts'
import { STREAM } from '../headers.ts'
import type { Delivery } from '../negotiate.ts'
import { clientAddress, isHttp2, type PictureRequest } from '../request.ts'
import { isChromium } from '../user-agent.ts'
import { Admission, type AdmissionLimits } from './admission.ts'
import { Connection, writeHead } from './connection.ts'
import { Heartbeat } from './heartbeat.ts'
import { Multipart } from './multipart.ts'
import type { Probe } from './probe.ts'
import { type RoomTraffic, type Traffic, TrafficBook } from './traffic.ts'

/** What the streams of one server share. */
export interface StreamsInit {
  visits: Visits
  viewerKeys: ViewerKeys
  limits: AdmissionLimits
  /** Milliseconds; how long a leaver may go unnoticed where leaving shows only at the next bytes. */
  heartbeat: number
  socketOptions: SocketOptions
  /** Asks streams of pages that were left, so that they end; undefined asks none. */
  probe: Probe | undefined
}

/** Both ends of a socket; asked when it is open, as a closed one no longer knows. */
type Endpoint = { [Name in 'localPort' | 'remoteAddress' | 'remotePort']: Socket[Name] | undefined }

/** What is known of an open stream. There are thousands: what is the same for many is one object. */
interface OpenStream extends Endpoint {
  spec: ChannelSpec
  client: Client
}

/** The open streams of a room, for whoever looks inside. */
export interface RoomStreams {
  /** Of each stream what it shows and to whom. */
  streams: { look: Look; client: Client }[]
  /** What was sent to them, and to others while somebody watched; undefined where nobody watches. */
  sent: Readonly<RoomTraffic> | undefined
}

/** The way of delivery of one stream. */
export type StreamDelivery = Extract<Delivery, { kind: 'stream' }>

/** Reverse proxies close what is silent for a minute; twice in that time something is sent to everyone. */
const PROXY_HEARTBEAT = 15_000

/** Every open picture stream of this process: who they are, and when they end. */
export class Streams {
  readonly #init: StreamsInit
  readonly #admission: Admission
  readonly #heartbeat: Heartbeat
  readonly #multipart = new Multipart()
  readonly #directSend = createDirectSend()
  readonly #open = new Map<Connection, OpenStream>()
  readonly #traffic = new TrafficBook()
  #ghosts = 0
  /** A client that pipelines a second request behind an endless stream would wait for ever, and be counted. */
  readonly #taken = new WeakSet<object>()

  constructor(init: StreamsInit) {
    this.#init = init
    this.#admission = new Admission(init.limits)
    this.#heartbeat = new Heartbeat(init.heartbeat)
  }

  /** How many are open. */
  get size(): number {
    return this.#admission.total
  }

  /** The open ones, for whoever looks inside. */
  get connections(): ReadonlySet<Connection> {
    return this.#heartbeat.connections
  }

  /** What was sent so far, by widget. */
  get traffic(): ReadonlyMap<string, Readonly<Traffic>> {
    return this.#traffic.byWidget()
  }

  /** Who watches a room, by pictures of its own: those who see it within another picture are in that one's room. */
  ofRoom(room: string): RoomStreams {
    const streams: RoomStreams['streams'] = []
    for (const { spec, client } of this.#open.values())
      if (roomOf(spec) === room) streams.push({ look: spec.look, client })
    return { streams, sent: this.#traffic.ofRoom(room) }
  }

  /** How many ended because their network was gone: the kernel had tried long enough. */
  get ghosts(): number {
    return this.#ghosts
  }

  /** The sockets of the open streams, for whoever checks the count. */
  sockets(): CountedSocket[] {
    const sockets = new Map<string, CountedSocket>()
    for (const { localPort = 0, remoteAddress = '', remotePort = 0 } of this.#open.values()) {
      const remote = toEndpoint(remoteAddress, remotePort)
      const known = sockets.get(`${localPort} ${remote}`)
      if (known) known.streams += 1
      else sockets.set(`${localPort} ${remote}`, { localPort, remote, streams: 1 })
    }
    return [...sockets.values()]
  }

  /** Answers a HEAD for a stream: nobody begins to watch. */
  sendHead(request: PictureRequest, response: ServerResponse): void {
    writeHead(response, this.#headers(request))
    response.end()
  }

  /**
   * Opens a stream: counts the viewer in, shows it the channel, and counts it out once when it is gone.
   * @throws PublicError 429 or 503, and whatever `openChannel` throws; nothing is counted then.
   */
  open(
    request: PictureRequest,
    response: ServerResponse,
    spec: ChannelSpec,
    delivery: StreamDelivery,
    openChannel: () => Channel,
  ): void {
    const { socket } = request
    // Gone while a host app's own middleware was waiting: no `close` would ever come.
    if (response.destroyed || socket.destroyed) return
    if (!isHttp2(request) && this.#taken.has(socket)) return void socket.destroy()
    const release = this.#admission.admit(clientAddress(request))
    let channel: Channel
    try {
      channel = openChannel()
    } catch (error) {
      release()
      throw error
    }
    this.#init.socketOptions.apply(socket)
    const traffic = this.#traffic.enter(spec.widget, roomOf(spec))
    const connection = this.#connect(request, response, delivery, traffic)
    const { localPort, remoteAddress, remotePort } = socket
    const client = clientOf(request.headers)
    this.#open.set(connection, { localPort, remoteAddress, remotePort, spec, client })
    const leaving: (() => void)[] = [
      release,
      () => this.#open.delete(connection),
      () => this.#heartbeat.delete(connection),
      () => {
        connection.destroy()
        this.#traffic.leave(roomOf(spec))
      },
    ]
    const carrier = carrierOf(request)
    onceGone(request, response, () => {
      if (isGhost(carrier)) this.#ghosts += 1
      for (const step of leaving) step()
    })
    // A body that nobody reads hides the client's leaving behind it.
    request.resume()
    this.#heartbeat.add(connection)
    const viewer = this.#viewerOf(request)
    if (canBeProbed(request) && this.#init.probe) leaving.push(this.#init.probe.add(viewer, connection))
    // Before the channel, which draws what the count is then.
    leaving.push(this.#init.visits.begin(spec, viewer))
    leaving.push(channel.join(connection))
    letGoOfRoute(request)
  }

  /** Waits for streams that were told to end; whoever has not taken the last picture by then is cut off. */
  async finish(timeout: number, interval: number): Promise<void> {
    const deadline = performance.now() + timeout
    while (this.size > 0 && performance.now() < deadline) {
      await new Promise((resolve) => setTimeout(resolve, interval))
    }
    for (const connection of this.connections) connection.destroy()
    this.#directSend?.close()
  }

  #connect(
    request: PictureRequest,
    response: ServerResponse,
    delivery: StreamDelivery,
    traffic: Traffic,
  ): Connection {
    if (!isHttp2(request)) this.#taken.add(request.socket)
    const { heartbeat } = this.#init
    return new Connection({
      response,
      multipart: this.#multipart,
      framing: delivery.framing,
      eager: delivery.eager,
      headers: this.#headers(request),
      traffic,
      directSend: this.#directSend,
      heartbeat: delivery.eager ? heartbeat : Math.max(heartbeat, PROXY_HEARTBEAT),
    })
  }

  #viewerOf(request: PictureRequest): string {
    const { headers } = request
    return this.#init.viewerKeys.keyOf({
      address: clientAddress(request),
      userAgent: headers['user-agent'] ?? '',
      language: headers['accept-language'] ?? '',
    })
  }

  #headers(request: IncomingMessage): Record<string, string> {
    const headers = { 'Content-Type': this.#multipart.contentType, ...STREAM }
    return isHttp2(request) ? headers : { ...headers, Connection: 'close' }
  }
}

/**
 * Whether a stream may be one of six that a page that was left keeps open: a Chromium's, over HTTP/1.1. Behind a proxy
 * the request says nothing of the client's own protocol, unless the proxy says it in a header.
 */
function canBeProbed(request: PictureRequest): boolean {
  const { headers } = request
  if (!isChromium(headers['user-agent'] ?? '') || isHttp2(request)) return false
  if (!isForwarded(headers)) return true
  return String(headers['x-client-protocol'] ?? '').startsWith('HTTP/1')
}

/** Whether a stream ended as the other side had not answered for too long (tcp(7), `TCP_USER_TIMEOUT` and keep-alive). */
function isGhost({ errored }: Readable): boolean {
  return (errored as NodeJS.ErrnoException | null)?.code === 'ETIMEDOUT'
}

/** What a response's bytes go through, and what knows why it ended: the socket, or a stream of HTTP/2. */
function carrierOf(request: IncomingMessage): Readable {
  const { stream } = request as unknown as { stream?: Readable }
  return stream ?? request.socket
}

/**
 * Nothing is routed any more, but the request outlives its response, and holds by `next` all that Express made to find
 * the route: 4 kB a viewer.
 */
function letGoOfRoute(request: PictureRequest): void {
  request.next = undefined
}

/**
 * Calls `listener` once, however the viewer goes. The response's and the socket's `close` both fire, or only one of
 * them where a pipelined response never got its socket. A half-closed socket is a browser that left: the rest of the
 * close is only seen at the next bytes.
 */
function onceGone(request: IncomingMessage, response: ServerResponse, listener: () => void): void {
  const { socket } = request
  let isGone = false
  const once = () => {
    // A listener that is taken off while its event is being told is still called.
    if (isGone) return
    isGone = true
    response.off('close', once)
    if (!isHttp2(request)) socket.off('close', once).off('end', once)
    listener()
  }
  response.on('close', once)
  // HTTP/2 streams share one socket, which says nothing about the end of any of them.
  if (!isHttp2(request)) socket.on('close', once).on('end', once)
}
