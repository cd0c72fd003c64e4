import { constants, type Http2Session, type ServerHttp2Session, type ServerHttp2Stream } from 'node:http2'
import { addressGroup } from '../../system/address-group.ts'
import { every } from '../../system/every.ts'

/** The limits of one client over HTTP/2. */
export interface SessionLimitsInit {
  /** Open streams of one address, or of one /64 of IPv6, over all its sessions. */
  maxStreamsPerAddress: number
  /** Returns whether an address is a trusted proxy's, whose sessions carry many clients' requests. */
  isTrusted(address: string): boolean
  /** Called when a session was ended. */
  onAbuse(address: string, reason: AbuseReason): void
}

/** Why a session was ended. */
export type AbuseReason = 'http2-requests' | 'http2-settings' | 'http2-unsent' | 'http2-head'

/** Streams that a session may have open at once. A page of 120 pictures takes 120 (all three browsers). */
export const MAX_STREAMS = 256
/**
 * Requests of one address that were cancelled or refused. The burst is large, since a reader who leaves a page cancels
 * all of its pictures at once.
 */
const WASTE: Rate = { burst: 500, perSecond: 50 }
/**
 * What a request costs that no browser sends in numbers: one that is cancelled in the packet that brings it, or is beyond
 * the limit of open streams, which every client knows. A page of 120 pictures may be cancelled like that.
 */
const GROSS_WASTE = 4
/** Requests of one address. Hundreds of readers behind one address stay below it. */
const REQUESTS: Rate = { burst: 2_000, perSecond: 500 }
/** Frames that wait to be sent, and that end the session: Node does not count them all as memory. */
const MAX_QUEUED_FRAMES = 5_000
/** Bytes of a head, after decompression, that end the session: browsers send a few kB. */
const MAX_SESSION_HEAD = 65_536
/** Unsent bytes of a session that end it: a live page of a hundred pictures holds a frame of each. */
const MAX_UNSENT_BYTES = 33_554_432
/** Unsent bytes of one address, over all its sessions, that end the session with the most of them. */
const MAX_UNSENT_BYTES_PER_ADDRESS = 2 * MAX_UNSENT_BYTES
/** Milliseconds that a client has to acknowledge the settings: the limits hold from then on. */
const SETTINGS_TIMEOUT = 10_000
/** Milliseconds that the body of a request may take. */
export const BODY_TIMEOUT = 20_000
/** Milliseconds that a complete response, or any part of one that is no live stream, may wait to be received. */
const UNSENT_TIMEOUT = 60_000
/** Milliseconds that a session without a stream is kept. */
const IDLE_TIMEOUT = 60_000
const SWEEP_INTERVAL = 1_000

const { NGHTTP2_REFUSED_STREAM, NGHTTP2_NO_ERROR, NGHTTP2_CANCEL, NGHTTP2_ENHANCE_YOUR_CALM } = constants

/** A rate limit. */
interface Rate {
  burst: number
  perSecond: number
}

/** One session and the state of its streams. */
interface Session {
  session: ServerHttp2Session
  address: string
  startedAt: number
  /** When it last had a stream. */
  usedAt: number
  streams: Map<ServerHttp2Stream, StreamTimes>
  /** Bytes that waited to be sent at the last check. */
  unsent: number
}

/** When an open stream began, when its response was complete, and since when its client has received nothing. */
interface StreamTimes {
  startedAt: number
  endedAt?: number
  stalledAt: number
  unsent: number
}

/** The open streams of one address, and the requests that it can still make and cancel. */
interface Account {
  sessions: number
  streams: number
  /** The remainder of each rate. */
  waste: number
  requests: number
  refilledAt: number
}

/** Bounds the sessions of one server: streams, heads, bodies, unsent bytes and cancelled requests. */
export class SessionLimits {
  readonly #init: SessionLimitsInit
  readonly #sessions = new Set<Session>()
  readonly #accounts = new Map<string, Account>()
  #stopSweeping: (() => void) | undefined

  constructor(init: SessionLimitsInit) {
    this.#init = init
  }

  /** Watches a session from its start. Returns a function that counts its open streams. */
  watch(session: ServerHttp2Session): () => number {
    const now = performance.now()
    const address = session.socket.remoteAddress ?? ''
    const watched: Session = { session, address, startedAt: now, usedAt: now, streams: new Map(), unsent: 0 }
    const account = this.#accountOf(address)
    account.sessions += 1
    this.#sessions.add(watched)
    this.#stopSweeping ??= every(SWEEP_INTERVAL, () => this.#sweep(performance.now()))
    // Before Node's own listener, which emits the request.
    session.prependListener(
      'stream',
      (stream: ServerHttp2Stream, _headers: unknown, _flags: number, rawHeaders: string[]) =>
        this.#onStream(watched, account, stream, rawHeaders),
    )
    session.once('close', () => {
      account.sessions -= 1
      this.#sessions.delete(watched)
    })
    return () => watched.streams.size
  }

  #onStream(watched: Session, account: Account, stream: ServerHttp2Stream, rawHeaders: string[]): void {
    const { session, address, streams } = watched
    if (session.destroyed) return
    if (lengthOf(rawHeaders) > MAX_SESSION_HEAD) return this.#end(watched, 'http2-head')
    const isTrusted = this.#init.isTrusted(address)
    refill(account)
    account.requests = Math.max(-1, account.requests - 1)
    // Cancelled in the packet that brought it: the request is never handled.
    if (stream.closed || stream.destroyed) return this.#countWaste(watched, account, GROSS_WASTE)
    const now = performance.now()
    const isFull = streams.size >= MAX_STREAMS
    const isOver = account.streams >= this.#init.maxStreamsPerAddress || account.requests < 0
    if (isFull || (isOver && !isTrusted)) {
      stream.close(NGHTTP2_REFUSED_STREAM)
      return this.#countWaste(watched, account, isFull ? GROSS_WASTE : 1)
    }
    account.streams += 1
    streams.set(stream, { startedAt: now, stalledAt: now, unsent: 0 })
    watched.usedAt = now
    stream.once('close', () => {
      account.streams -= 1
      streams.delete(stream)
      watched.usedAt = performance.now()
      // Browsers cancel pictures that they no longer show; complete responses end without an error.
      if (stream.rstCode === NGHTTP2_CANCEL) this.#countWaste(watched, account, 1)
    })
  }

  #countWaste(watched: Session, account: Account, weight: number): void {
    refill(account)
    account.waste = Math.max(-1, account.waste - weight)
    if (account.waste < 0 && !this.#init.isTrusted(watched.address)) this.#end(watched, 'http2-requests')
  }

  #sweep(now: number): void {
    for (const watched of this.#sessions) this.#check(watched, now)
    this.#endUnsent()
    // An account outlives its sessions: a new session does not refill it.
    for (const [network, { sessions, refilledAt }] of this.#accounts)
      if (sessions === 0 && now - refilledAt > IDLE_TIMEOUT) this.#accounts.delete(network)
    if (this.#accounts.size > 0) return
    this.#stopSweeping?.()
    this.#stopSweeping = undefined
  }

  #check(watched: Session, now: number): void {
    const { session, startedAt, usedAt, streams } = watched
    watched.unsent = 0
    if (session.pendingSettingsAck && now - startedAt > SETTINGS_TIMEOUT)
      return this.#end(watched, 'http2-settings')
    // Also without a stream: each ping and each settings frame of the client has a response.
    if ((session.state.outboundQueueSize ?? 0) > MAX_QUEUED_FRAMES) return this.#end(watched, 'http2-unsent')
    if (streams.size === 0) {
      if (now - usedAt > IDLE_TIMEOUT) session.destroy()
      return
    }
    for (const [stream, times] of streams) {
      watched.unsent += stream.writableLength
      checkStream(stream, times, now)
    }
    if (watched.unsent > MAX_UNSENT_BYTES) this.#end(watched, 'http2-unsent')
  }

  /** Ends the largest session of each address whose sessions have too much to receive. */
  #endUnsent(): void {
    const byNetwork = new Map<string, { unsent: number; largest: Session }>()
    for (const watched of this.#sessions) {
      if (watched.unsent === 0 || watched.session.destroyed || this.#init.isTrusted(watched.address)) continue
      const network = addressGroup(watched.address)
      const { unsent, largest } = byNetwork.get(network) ?? { unsent: 0, largest: watched }
      byNetwork.set(network, {
        unsent: unsent + watched.unsent,
        largest: largest.unsent < watched.unsent ? watched : largest,
      })
    }
    for (const { unsent, largest } of byNetwork.values())
      if (unsent > MAX_UNSENT_BYTES_PER_ADDRESS) this.#end(largest, 'http2-unsent')
  }

  #end({ session, address }: Session, reason: AbuseReason): void {
    if (session.destroyed) return
    this.#init.onAbuse(address, reason)
    goAway(session)
  }

  #accountOf(address: string): Account {
    const network = addressGroup(address)
    const known = this.#accounts.get(network)
    if (known) return known
    const account = {
      sessions: 0,
      streams: 0,
      waste: WASTE.burst,
      requests: REQUESTS.burst,
      refilledAt: performance.now(),
    }
    this.#accounts.set(network, account)
    return account
  }
}

/** Ends a stream whose client does not: the body does not come, or the response is not received. */
function checkStream(stream: ServerHttp2Stream, times: StreamTimes, now: number): void {
  const isBodyOpen = !stream.endAfterHeaders && !stream.readableEnded && !isHalfClosed(stream)
  if (stream.writableFinished && isBodyOpen) return stream.close(NGHTTP2_NO_ERROR)
  if (isBodyOpen && now - times.startedAt > BODY_TIMEOUT) return stream.close(NGHTTP2_CANCEL)
  if (stream.writableEnded) times.endedAt ??= now
  const { writableLength: unsent } = stream
  if (unsent === 0 || unsent !== times.unsent || isLive(stream))
    Object.assign(times, { unsent, stalledAt: now })
  if (now - (times.endedAt ?? times.stalledAt) > UNSENT_TIMEOUT) stream.close(NGHTTP2_CANCEL)
}

/** Whether a response is a stream of pictures or events, which has a limit of its own and may have nothing to send for long. */
function isLive({ sentHeaders }: ServerHttp2Stream): boolean {
  return /^(multipart|text\/event-stream)/.test(String(sentHeaders?.['content-type'] ?? ''))
}

function refill(account: Account): void {
  const now = performance.now()
  const seconds = (now - account.refilledAt) / 1000
  account.waste = Math.min(WASTE.burst, account.waste + seconds * WASTE.perSecond)
  account.requests = Math.min(REQUESTS.burst, account.requests + seconds * REQUESTS.perSecond)
  account.refilledAt = now
}

function isHalfClosed({ state }: ServerHttp2Stream): boolean {
  return state.state === constants.NGHTTP2_STREAM_STATE_HALF_CLOSED_REMOTE
}

function lengthOf(rawHeaders: readonly string[]): number {
  let length = 0
  for (const text of rawHeaders) length += text.length
  return length
}

function goAway(session: Http2Session): void {
  session.goaway(NGHTTP2_ENHANCE_YOUR_CALM)
  session.destroy()
}
