import type { Duplex } from 'node:stream'
import pLimit from 'p-limit'
import type { WebSocket } from 'ws'
import type { EndReason } from '../../channel/viewer.ts'
import { toPublicError } from '../../errors.ts'
import type { Cards } from '../../picture/cards.ts'
import type { TokenBuckets } from '../../system/token-buckets.ts'
import type { Viewers } from '../../viewer/viewers.ts'
import { toArrival } from '../arrival.ts'
import type { FailureLog } from '../failure-log.ts'
import type { LiveAddresses } from '../picture/live-picture.ts'
import type { PictureRequest } from '../request.ts'
import { UNKNOWN_PLACE } from '../send-error.ts'
import { type DirectFrames, FrameLine } from './frame-line.ts'
import {
  closeReason,
  MAX_ID,
  MAX_SUBSCRIPTIONS,
  ProtocolError,
  parseMessage,
  type Request,
  type ServerMessage,
} from './protocol.ts'
import { Subscription, type SubscriptionHost } from './subscription.ts'

/** The parts that all sockets share. */
export interface LiveSocketShared {
  viewers: Viewers
  addresses: LiveAddresses
  cards: Cards
  failures: FailureLog
  /** How often each socket, by its name, may ask for something: one for all, since a table of buckets has a fixed cost. */
  rate: TokenBuckets
  /** Undefined if all frames are written to their sockets. */
  directFrames: DirectFrames | undefined
}

/** One WebSocket, and the request that opened it. */
export interface LiveSocketInit {
  /** Different from that of every other open socket. */
  name: string
  webSocket: WebSocket
  socket: Duplex
  request: PictureRequest
  shared: LiveSocketShared
}

/** Pictures of one socket whose addresses are read at the same time. */
const CONCURRENT_OPENINGS = 8
/** Bytes to the client beyond which no message of it is read until it has read its own. */
const MAX_UNREAD_BYTES = 262_144
/** Pings without a response after which a client is gone. */
const MAX_MISSED = 2
/** Milliseconds that a client may take to close. */
const CLOSE_TIMEOUT = 1_000

/** One client over a WebSocket: all pictures of a page. Each picture is a viewer. */
export class LiveSocket implements SubscriptionHost {
  readonly line: FrameLine
  readonly #init: LiveSocketInit
  readonly #subscriptions = new Map<string, Subscription>()
  readonly #ids = new Set<number>()
  readonly #openings = pLimit(CONCURRENT_OPENINGS)
  #lastId = 0
  #missed = -1
  #emptySince = performance.now()
  #endReason: EndReason | undefined
  #isClosed = false

  constructor(init: LiveSocketInit) {
    const { webSocket, socket, shared } = init
    this.#init = init
    this.line = new FrameLine(socket, shared.directFrames)
    webSocket.on('message', (data, isBinary) => this.#onMessage(data as Buffer, isBinary))
    webSocket.on('ping', () => this.#onControl())
    webSocket.on('pong', () => {
      this.#onSign()
      this.#onControl()
    })
    // What the parser refuses: it closes the socket itself, with its own code.
    webSocket.on('error', () => {})
    webSocket.once('close', () => this.#onClosed())
  }

  /** Milliseconds without a picture. */
  get emptyTime(): number {
    return this.#subscriptions.size > 0 ? 0 : performance.now() - this.#emptySince
  }

  /** Pings the client. One that has missed several pings is gone: it is cut off if `isStrict`. */
  ping(isStrict: boolean): void {
    if (this.#isClosed) return
    this.#missed += 1
    if (isStrict && this.#missed >= MAX_MISSED) {
      this.#endReason = this.#init.socket.writableLength > 0 ? 'slow' : 'ghost'
      return this.destroy()
    }
    this.#init.webSocket.ping()
  }

  send(message: ServerMessage): void {
    if (this.#isClosed) return
    this.line.flush()
    this.#init.webSocket.send(JSON.stringify(message))
  }

  onEnded({ id, src }: Subscription): void {
    this.#ids.delete(id)
    if (this.#subscriptions.get(src)?.id === id) this.#subscriptions.delete(src)
    this.#emptySince = performance.now()
  }

  /** Ends every picture and closes the socket (RFC 6455, section 7.4). */
  close(code: number, words: string, reason: EndReason): void {
    if (this.#isClosed) return
    for (const subscription of [...this.#subscriptions.values()]) subscription.stop(words, reason)
    this.#isClosed = true
    this.#init.webSocket.close(code, closeReason(words))
    setTimeout(() => this.#init.webSocket.terminate(), CLOSE_TIMEOUT).unref()
  }

  destroy(): void {
    this.#endReason ??= 'stopping'
    this.#init.webSocket.terminate()
  }

  #onMessage(data: Buffer, isBinary: boolean): void {
    this.#onSign()
    this.#keepProtocol(() => {
      if (isBinary) throw new ProtocolError('expected text, got binary data')
      const requests = parseMessage(data.toString())
      this.#spend(requests.length)
      for (const request of requests) this.#handle(request)
      this.#holdUntilRead()
    })
  }

  /** Control frames cost no less than a message; a client needs one for each ping of the server. */
  #onControl(): void {
    this.#keepProtocol(() => this.#spend(1))
  }

  #keepProtocol(work: () => void): void {
    if (this.#isClosed) return
    try {
      work()
    } catch (error) {
      if (!(error instanceof ProtocolError)) throw error
      this.close(1008, error.message, 'refused')
    }
  }

  #handle({ action, src }: Request): void {
    const known = this.#subscriptions.get(src)
    if (action === 'subscribe') return known ? known.repeat() : this.#subscribe(src)
    if (action === 'unsubscribe') known?.stop('unsubscribed', 'left')
    else known?.[action]()
  }

  #subscribe(src: string): void {
    const subscription = new Subscription(this.#newId(), src, this)
    if (this.#subscriptions.size >= MAX_SUBSCRIPTIONS) {
      subscription.announce({ width: UNKNOWN_PLACE.width, height: UNKNOWN_PLACE.height, alt: '' })
      return subscription.stop(`expected at most ${MAX_SUBSCRIPTIONS} pictures on one socket`, 'refused')
    }
    this.#subscriptions.set(src, subscription)
    void this.#openings(() => this.#open(subscription))
  }

  async #open(subscription: Subscription): Promise<void> {
    const { request, shared } = this.#init
    const { viewers, addresses, cards, failures } = shared
    if (subscription.isOver || this.#isClosed) return
    const { place, open } = addresses.read(subscription.src)
    try {
      // A WebSocket is none of the six connections of HTTP/1.1, and no page in a cache keeps one.
      const arrival = { ...toArrival(request, viewers), hasSixConnections: false, canBeProbed: false }
      const { spec, manifest, reread } = await open(arrival.address)
      if (subscription.isOver || this.#isClosed) return
      const { width, height } = spec.look
      subscription.start(viewers.admit(spec, arrival, reread), { width, height, alt: manifest.title })
    } catch (error) {
      const refusal = toPublicError(error)
      failures.note(request, refusal)
      if (!this.#isClosed) subscription.fail(refusal, cards.readableError(place, refusal.caption))
    }
  }

  #spend(requests: number): void {
    const { name, shared } = this.#init
    if (!shared.rate.has(name)) throw new ProtocolError('too many messages')
    shared.rate.spend(name, Math.max(1, requests))
  }

  #newId(): number {
    // There are far fewer pictures than ids; one that has just become free is the last to be used again.
    do this.#lastId = (this.#lastId % MAX_ID) + 1
    while (this.#ids.has(this.#lastId))
    this.#ids.add(this.#lastId)
    return this.#lastId
  }

  #onSign(): void {
    this.#missed = 0
  }

  /** A client that asks and does not read gets no further: what it asked for waits in this process. */
  #holdUntilRead(): void {
    const { socket, webSocket } = this.#init
    if (socket.writableLength < MAX_UNREAD_BYTES) return
    webSocket.pause()
    socket.once('drain', () => webSocket.resume())
  }

  #onClosed(): void {
    this.#isClosed = true
    const { errored } = this.#init.socket as { errored?: NodeJS.ErrnoException | null }
    const reason = this.#endReason ?? (errored?.code === 'ETIMEDOUT' ? 'ghost' : 'left')
    for (const subscription of [...this.#subscriptions.values()]) subscription.stop(reason, reason)
  }
}
