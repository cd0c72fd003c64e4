import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Readable } from 'node:stream'
import { type ChannelSpec, channelId } from '../../channel/spec.ts'
import type { DirectSend } from '../../system/direct-send.ts'
import type { LivePictures } from '../../viewer/live-pictures.ts'
import type { Reread, ViewerSession } from '../../viewer/viewer-session.ts'
import type { Arrival, Viewers } from '../../viewer/viewers.ts'
import type { Visits } from '../../viewer/visits.ts'
import { toArrival } from '../arrival.ts'
import { STREAM } from '../headers.ts'
import type { Delivery } from '../negotiate.ts'
import { isHttp2, type PictureRequest } from '../request.ts'
import { Connection } from './connection.ts'
import { FirstFrameWait } from './first-frame-wait.ts'
import { Heartbeat } from './heartbeat.ts'
import { Multipart } from './multipart.ts'
import type { Probe } from './probe.ts'
import { StaleFrames } from './stale-frames.ts'
import { staleTimes } from './stale-times.ts'
import { writeHead } from './write-head.ts'

/** What the streams of one server share. */
export interface StreamsInit {
  viewers: Viewers
  /** Milliseconds: longest time before a leaver is noticed, for clients whose leaving shows only at the next bytes. */
  heartbeat: number
  /** Probes streams whose page may have been left, so that the browser closes them; undefined probes none. */
  probe: Probe | undefined
  livePictures: LivePictures
  /** Counts readers who get a still in place of a stream. */
  visits: Visits
  /** Sends frames past Node's streams; undefined sends all through them. Closed with the streams. */
  directSend: DirectSend | undefined
}

/** How a stream is delivered. */
export type StreamDelivery = Extract<Delivery, { kind: 'stream' }>

/** A stream for one viewer. */
export interface ShownStream extends StreamDelivery {
  arrival: Arrival
  /** Milliseconds after which the picture marks itself as stale; 0: never. */
  stale: number
  /** As in `Viewers.admit`. */
  reread: Reread
}

/** Milliseconds that a picture waits until a probe has closed a stream whose page was left. It takes 20. */
const PROBE_TIME = 150

/** Reverse proxies close a connection that is silent for a minute: send at least four times in that time. */
const PROXY_HEARTBEAT = 15_000

const NO_HEADERS: string[] = []

/** The multipart transport: turns requests into viewers that are shown their channel as one endless response. */
export class Streams {
  readonly #init: StreamsInit
  readonly #heartbeat: Heartbeat
  readonly #multipart = new Multipart()
  readonly #staleFrames = new StaleFrames()
  /** Sockets of HTTP/1.1 with a stream: a request pipelined behind an endless response would wait for ever. */
  readonly #taken = new WeakSet<object>()

  constructor(init: StreamsInit) {
    this.#init = init
    this.#heartbeat = new Heartbeat(init.heartbeat)
  }

  /** Reads the properties of a viewer from its request, once for all other calls. */
  arrive(request: PictureRequest): Arrival {
    return toArrival(request, this.#init.viewers)
  }

  /** Responds to HEAD with the headers of a stream, without counting a viewer. */
  sendHead(request: PictureRequest, response: ServerResponse): void {
    writeHead(response, this.#headers(request))
    response.end()
  }

  /**
   * Opens a stream, as `open` does, if its viewer may stream one more picture; resolves to whether it may. If its browser
   * streams as many different pictures as it may, those of pages that were left are probed: the newest page comes first.
   */
  async openIfPlace(
    request: PictureRequest,
    response: ServerResponse,
    spec: ChannelSpec,
    delivery: ShownStream,
  ): Promise<boolean> {
    const hasPlace = () => !delivery.isOptional || this.#init.viewers.hasPlace(spec, delivery.arrival)
    if (!hasPlace()) await this.#probeForPlace(delivery.arrival, spec)
    // Asked right before it opens: another request may have taken the place meanwhile.
    if (!hasPlace()) return false
    this.open(request, response, spec, delivery)
    return true
  }

  /** Whether `makePlace` makes a place. */
  canMakePlace({ viewerKey, hasSixConnections }: Arrival): boolean {
    return hasSixConnections && this.#init.livePictures.canMakePlace(viewerKey)
  }

  /** Ends the viewer's streams of a picture that rests, for one that moves or counts. Returns whether there was one. */
  makePlace({ viewerKey }: Arrival): boolean {
    return this.#init.livePictures.makePlace(viewerKey)
  }

  /** Counts a reader who gets a still in place of a stream. */
  noteVisit({ viewerKey }: Arrival, room: string): void {
    this.#init.visits.note(room, viewerKey)
  }

  /**
   * Opens a stream: admits the viewer, counts it in, shows it the channel, and counts it out when it is gone.
   * @throws PublicError 429 or 503 if the viewer is refused. Nothing is sent then.
   */
  open(request: PictureRequest, response: ServerResponse, spec: ChannelSpec, delivery: ShownStream): void {
    const { socket } = request
    // It may have left while a host app's middleware was waiting: no `close` event would follow.
    if (response.destroyed || socket.destroyed) return
    if (!isHttp2(request) && this.#taken.has(socket)) return void socket.destroy()
    const session = this.#init.viewers.admit(spec, delivery.arrival, delivery.reread)
    const connection = this.#connect(request, response, delivery, session)
    const stopProbing = delivery.arrival.canBeProbed
      ? this.#init.probe?.add(session.viewerKey, connection)
      : undefined
    const viewer = delivery.framing === 'machine' ? new FirstFrameWait(connection) : connection
    const carrier = carrierOf(request)
    onceGone(request, response, () => {
      this.#heartbeat.delete(connection)
      stopProbing?.()
      viewer.destroy()
      session.end(connection.endReason ?? (isGhost(carrier) ? 'ghost' : 'left'))
    })
    // An unread request body would hide the client's close.
    request.resume()
    this.#heartbeat.add(connection)
    session.start(viewer)
    release(request)
  }

  /** Frees what all streams share, once they have ended. */
  close(): void {
    this.#init.livePictures.close()
    this.#init.visits.close()
    this.#init.directSend?.close()
  }

  async #probeForPlace({ viewerKey, canBeProbed }: Arrival, spec: ChannelSpec): Promise<void> {
    const { livePictures, probe } = this.#init
    if (!probe || !canBeProbed) return
    probe.probeNow(viewerKey)
    await livePictures.untilPlace(viewerKey, channelId(spec), PROBE_TIME)
  }

  #connect(
    request: PictureRequest,
    response: ServerResponse,
    { framing, eager, stale }: ShownStream,
    { traffic }: ViewerSession,
  ): Connection {
    if (!isHttp2(request)) this.#taken.add(request.socket)
    const { directSend } = this.#init
    const quiet = Math.max(this.#init.heartbeat, PROXY_HEARTBEAT)
    const times = stale > 0 ? staleTimes(stale, quiet) : undefined
    // The heartbeat of a stream whose part is not begun is its whole picture.
    const heartbeat = eager ? this.#init.heartbeat : (times?.refresh ?? quiet)
    return new Connection({
      response,
      multipart: this.#multipart,
      framing,
      eager,
      headers: this.#headers(request),
      traffic,
      directSend,
      heartbeat,
      now: () => this.#heartbeat.now,
      ...(times && { stale: { frames: this.#staleFrames, ...times } }),
    })
  }

  #headers(request: IncomingMessage): Record<string, string> {
    const headers = { 'Content-Type': this.#multipart.contentType, ...STREAM }
    return isHttp2(request) ? headers : { ...headers, Connection: 'close' }
  }
}

/** Whether the kernel gave up on the client (tcp(7), `TCP_USER_TIMEOUT` and keep-alive). */
function isGhost({ errored }: Readable): boolean {
  return (errored as NodeJS.ErrnoException | null)?.code === 'ETIMEDOUT'
}

/** The socket, or the stream of HTTP/2: it knows the error that a response ended with. */
function carrierOf(request: IncomingMessage): Readable {
  const { stream } = request as unknown as { stream?: Readable }
  return stream ?? request.socket
}

/**
 * Drops what a request keeps while its stream is open: the route that Express keeps in `next`, 4 kB a viewer, and the
 * headers as they came. `headers` stays, for a host app that logs the end of a request.
 */
function release(request: PictureRequest): void {
  request.next = undefined
  if (!isHttp2(request)) request.rawHeaders = NO_HEADERS
}

/**
 * Calls `listener` once when the viewer is gone. Both the response and the socket emit `close`, or only one of them if
 * a pipelined response never got its socket. A half-closed socket means that the browser left: the rest of the close
 * shows only at the next bytes.
 */
function onceGone(request: IncomingMessage, response: ServerResponse, listener: () => void): void {
  const { socket } = request
  let isGone = false
  const once = () => {
    // A listener that is removed while its event is emitted is still called.
    if (isGone) return
    isGone = true
    response.off('close', once)
    if (!isHttp2(request)) socket.off('close', once).off('end', once)
    listener()
  }
  response.on('close', once)
  // Streams of HTTP/2 share one socket, whose events say nothing about one of them.
  if (!isHttp2(request)) socket.on('close', once).on('end', once)
}
