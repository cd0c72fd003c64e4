import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import type { Http2SecureServer, Http2Server, ServerHttp2Session } from 'node:http2'
import type { Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import type { Logger } from 'pino'
import proxyAddress from 'proxy-addr'
import { descriptorLimit, isOutOfDescriptors } from '../../system/descriptors.ts'
import { every } from '../../system/every.ts'
import { MAX_HEAD_BYTES } from '../head-limits.ts'
import type { RefusalLog } from '../refusal-log.ts'
import { BODY_TIMEOUT, MAX_STREAMS, SessionLimits } from './session-limits.ts'
import { SocketLimits } from './socket-limits.ts'

/** A Node server that can be guarded. */
export type GuardedServer = Server | Http2Server | Http2SecureServer

/** The options of a guard. */
export interface ServerGuardInit {
  maxConnections: number
  /** Open sockets of one address, and requests that it may have open at once over HTTP/2. */
  maxSocketsPerAddress: number
  /** As Express's `trust proxy`, without a number of proxies: addresses whose sockets carry other clients' requests. */
  trustProxy: string | undefined
  log: Logger
  refusals: RefusalLog
}

/** Sockets that may be open in addition to streams: for pages, stills and the API. */
const SPARE_SOCKETS = 1_000
/** File descriptors that are not for sockets: the store, render processes, assets. */
const SPARE_DESCRIPTORS = 64
/** What the parser reads before `refuseLargeHead` can respond: a longer head gets Node's own, bare 431. */
const MAX_PARSED_HEAD = 2 * MAX_HEAD_BYTES
/** Milliseconds that a head may take, from the connection or the end of the request before. */
const HEAD_TIMEOUT = 10_000
/** Milliseconds that a socket is kept between two requests. */
const KEEP_ALIVE_TIMEOUT = 5_000
/** Milliseconds without traffic. Every stream has some each 15 s, or at each heartbeat of at most a minute. */
const IDLE_TIMEOUT = 120_000
const CHECK_INTERVAL = 1_000

/** Limits the cost of one client to the guarded servers: sockets, sessions, and the time to send a complete request. */
export class ServerGuard {
  readonly #init: ServerGuardInit
  readonly #isTrusted: (address: string) => boolean
  readonly #sockets = new Set<SocketLimits>()
  #isOut = false

  constructor(init: ServerGuardInit) {
    this.#init = init
    this.#isTrusted = trustOf(init.trustProxy)
  }

  /** Why no new connection can be accepted; undefined while it can. */
  get fault(): string | undefined {
    return this.#isOut ? 'there are no file descriptors left' : undefined
  }

  /** Applies every limit to a server that does not listen yet. It keeps a `maxConnections` that is already set. */
  protect(server: GuardedServer): void {
    Object.assign(server, {
      maxHeaderSize: MAX_PARSED_HEAD,
      headersTimeout: HEAD_TIMEOUT,
      requestTimeout: BODY_TIMEOUT,
      keepAliveTimeout: KEEP_ALIVE_TIMEOUT,
      connectionsCheckingInterval: CHECK_INTERVAL,
    })
    server.setTimeout(IDLE_TIMEOUT)
    if ('updateSettings' in server)
      server.updateSettings({ maxConcurrentStreams: MAX_STREAMS, maxHeaderListSize: MAX_HEAD_BYTES })
    const sockets = this.#limitSockets(server)
    this.#limitSessions(server, sockets)
    this.#watchDescriptors(server, sockets)
  }

  /** Records that a socket of any guarded server carries a WebSocket: it is not closed as idle. */
  onUpgrade(socket: Duplex): void {
    for (const sockets of this.#sockets) sockets.onUpgrade(socket as Socket)
  }

  #limitSockets(server: GuardedServer): SocketLimits {
    const capacity = this.#capacity()
    const sockets = new SocketLimits({
      maxPerAddress: this.#init.maxSocketsPerAddress,
      capacity,
      isExempt: (address) => isLoopback(address) || this.#isTrusted(address),
      onRefused: (address, reason) => this.#init.refusals.note(address, reason),
    })
    this.#sockets.add(sockets)
    server.once('close', () => this.#sockets.delete(sockets))
    // Beyond this Node drops connections of any address, so it is above the guard's own limit.
    server.maxConnections ??= Math.ceil(capacity * 1.1)
    server.on('connection', (socket: Socket) => sockets.admit(socket))
    server.prependListener('request', (request: IncomingMessage, response: ServerResponse) => {
      if (request.httpVersionMajor < 2) sockets.onRequest(request, response)
    })
    return sockets
  }

  #limitSessions(server: GuardedServer, sockets: SocketLimits): void {
    const sessions = new SessionLimits({
      maxStreamsPerAddress: this.#init.maxSocketsPerAddress,
      isTrusted: this.#isTrusted,
      onAbuse: (address, reason) => this.#init.refusals.note(address, reason),
    })
    server.on('session', (session: ServerHttp2Session) => {
      // Node would move the timer of an idle session twice for each frame of each stream. The limits below know its streams.
      session.setTimeout(0)
      sockets.onSession(session.socket as Socket, sessions.watch(session))
    })
  }

  #watchDescriptors(server: GuardedServer, sockets: SocketLimits): void {
    const stop = every(CHECK_INTERVAL, () => {
      const isOut = isOutOfDescriptors()
      if (isOut) sockets.makeRoom()
      if (isOut && !this.#isOut)
        this.#init.log.error({ sockets: sockets.size }, 'no file descriptors are left')
      if (!isOut && this.#isOut) this.#init.log.info('file descriptors are available again')
      this.#isOut = isOut
    })
    server.once('close', stop)
  }

  #capacity(): number {
    const wanted = this.#init.maxConnections + SPARE_SOCKETS
    const limit = descriptorLimit()
    if (limit === undefined || wanted <= limit * 0.9 - SPARE_DESCRIPTORS) return wanted
    const capacity = Math.max(SPARE_DESCRIPTORS, Math.floor(limit * 0.9) - SPARE_DESCRIPTORS)
    this.#init.log.warn({ descriptors: limit, sockets: capacity }, 'too few file descriptors for all sockets')
    return capacity
  }
}

/** A local proxy may not be trusted yet, and its viewers are many clients. */
const isLoopback = trustOf('loopback')

/** Whether an address is one of the trusted proxies, as Express's `trust proxy` names them. */
export function trustOf(trustProxy: string | undefined): (address: string) => boolean {
  // A number of proxies gives no addresses: every socket counts as a proxy's.
  if (trustProxy !== undefined && /^\d+$/.test(trustProxy)) return () => Number(trustProxy) > 0
  const trusts = proxyAddress.compile(trustProxy?.split(',').map((part) => part.trim()) ?? [])
  return (address) => trusts(address, 0)
}
