import type { Duplex } from 'node:stream'
import { type WebSocket, WebSocketServer } from 'ws'
import { inSlices } from '../../channel/in-slices.ts'
import { stopping } from '../../errors.ts'
import type { DirectSend } from '../../system/direct-send.ts'
import { TokenBuckets } from '../../system/token-buckets.ts'
import { Admission, type AdmissionLimits } from '../../viewer/admission.ts'
import type { ForwardingCheck } from '../forwarding-check.ts'
import { checkReferrer } from '../picture/referrer.ts'
import { clientAddress, type PictureRequest } from '../request.ts'
import { LiveSocket, type LiveSocketShared } from './live-socket.ts'
import { MAX_MESSAGE_BYTES, MAX_SUBSCRIPTIONS } from './protocol.ts'
import { SharedMessages } from './shared-messages.ts'

/** The parts of `LiveSockets`. */
export interface LiveSocketsInit extends Omit<LiveSocketShared, 'rate' | 'directFrames'> {
  forwarding: ForwardingCheck
  /** Sockets are limited as streams are, besides their pictures. */
  limits: AdmissionLimits
  /** Hosts whose pages may show pictures; empty allows all. */
  allowReferrer: readonly string[]
  /** Milliseconds within which a vanished client is noticed; 0 for never. */
  ghostTimeout: number
  /** Sends frames past Node's streams; undefined sends all through them. */
  directSend: DirectSend | undefined
  /** Whether new viewers are admitted. */
  isReady(): boolean
  /** A socket carries a WebSocket from now on, and is never idle. */
  onAccepted(socket: Duplex): void
}

/** The target of a WebSocket, below any mount path. */
const SOCKET_PATH = /^(?:\/[^?]*)?\/ws(?:\?|$)/
/** The share of the ghost timeout between two pings: three of them fit into it. */
const PING_SHARE = 0.3
/** Milliseconds between two pings if no client is cut off: proxies close a connection that is silent for a minute. */
const QUIET_PING = 30_000
/** Milliseconds that a socket may stay without a picture. */
const EMPTY_TIMEOUT = 60_000
/** Pictures that a client may subscribe to, unsubscribe from, pause and resume: a large page at once, and a walk after it. */
const RATE = { perSecond: 50, burst: 2 * MAX_SUBSCRIPTIONS }
/** Close codes (RFC 6455, section 7.4.1). */
const NORMAL = 1000
const GOING_AWAY = 1001

/** Whether a request target is that of WebSockets. */
export function isSocketPath(url: string): boolean {
  return SOCKET_PATH.test(url)
}

/** The WebSocket transport: each picture that a client subscribes to is a viewer. */
export class LiveSockets {
  readonly #init: LiveSocketsInit
  readonly #admission: Admission
  readonly #server = new WebSocketServer({
    noServer: true,
    clientTracking: false,
    // Pictures are compressed already, and it takes 300 kB a socket.
    perMessageDeflate: false,
    maxPayload: MAX_MESSAGE_BYTES,
  })
  readonly #sockets = new Set<LiveSocket>()
  readonly #shared: LiveSocketShared
  #count = 0
  readonly #period: number
  #timer: NodeJS.Timeout | undefined

  constructor(init: LiveSocketsInit) {
    this.#init = init
    const { directSend } = init
    const directFrames = directSend && { send: directSend, messages: new SharedMessages() }
    this.#shared = { ...init, rate: new TokenBuckets(RATE), directFrames }
    this.#admission = new Admission(init.limits)
    this.#period = init.ghostTimeout > 0 ? Math.max(20, init.ghostTimeout * PING_SHARE) : QUIET_PING
  }

  /** The number of open sockets. */
  get size(): number {
    return this.#sockets.size
  }

  /**
   * Completes the handshake of a WebSocket. @throws PublicError 403, 429 or 503 if the client is refused. Nothing is sent
   * then.
   */
  accept(request: PictureRequest, socket: Duplex, head: Buffer): void {
    const { isReady, allowReferrer, forwarding, onAccepted } = this.#init
    if (!isReady()) throw stopping()
    forwarding.check(request)
    // Browsers send no referrer with a WebSocket, but always its origin.
    const { origin } = request.headers
    checkReferrer({ ...request.headers, ...(origin !== undefined && { referer: origin }) }, allowReferrer)
    const release = this.#admission.admit(clientAddress(request))
    socket.once('close', release)
    this.#server.handleUpgrade(request, socket, head, (webSocket) => {
      onAccepted(socket)
      this.#add(webSocket, socket, request)
    })
  }

  /** Closes every socket. Their pictures have ended before. */
  async close(): Promise<void> {
    this.#stopTimer()
    await inSlices([...this.#sockets], (each) => each.close(GOING_AWAY, 'the server is stopping', 'stopping'))
  }

  #add(webSocket: WebSocket, socket: Duplex, request: PictureRequest): void {
    // It is kept for as long as the socket: an array of all fields is not.
    request.rawHeaders = []
    this.#count += 1
    const live = new LiveSocket({
      name: String(this.#count),
      ...{ webSocket, socket, request, shared: this.#shared },
    })
    this.#sockets.add(live)
    webSocket.once('close', () => {
      this.#sockets.delete(live)
      if (this.#sockets.size === 0) this.#stopTimer()
    })
    this.#timer ??= setInterval(() => void this.#check(), this.#period).unref()
  }

  async #check(): Promise<void> {
    await inSlices(this.#sockets, (live) => {
      live.ping(this.#init.ghostTimeout > 0)
      if (live.emptyTime > EMPTY_TIMEOUT) live.close(NORMAL, 'no picture was subscribed to', 'left')
    })
  }

  #stopTimer(): void {
    clearInterval(this.#timer)
    this.#timer = undefined
  }
}
