import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import { addressGroup } from '../../system/address-group.ts'

/** The limits of a server's sockets. */
export interface SocketLimitsInit {
  /** Sockets of one address, or of one /64 of IPv6. */
  maxPerAddress: number
  /** Total of sockets above which idle ones are closed for new ones. */
  capacity: number
  /** Returns whether an address has no limit of its own: a proxy's sockets carry many viewers. */
  isExempt(address: string): boolean
  /** Called when a socket was refused, or an idle one was closed to make room. */
  onRefused(address: string, reason: RefusalReason): void
}

/** Why a socket was refused. */
export type RefusalReason = 'too-many-sockets' | 'sockets-full' | 'too-many-requests'

/** One open socket. */
interface Entry {
  socket: Socket
  address: string
  network: string
  /** The latest exchange over HTTP/1.1. A pipelined one ends after those before it. */
  request?: IncomingMessage
  response?: ServerResponse
  /** Responses that the latest one waits for: only for a client that does not wait itself. */
  pipelined?: ServerResponse[] | undefined
  /** Open streams of HTTP/2, or one for a WebSocket; undefined over HTTP/1.1. */
  streams?: () => number
}

/**
 * Requests over HTTP/1.1 that may wait for their responses on one socket. Browsers and proxies send one at a time, a few
 * programs some; one packet can hold 600.
 */
const MAX_PIPELINED = 64
/** The share of the capacity that is freed at once, since finding idle sockets scans all of them. */
const BATCH_SHARE = 0.05
/** Milliseconds before another search, after one that found nothing to close. */
const SEARCH_PAUSE = 1_000

/**
 * The open sockets of one server. A socket is idle while no complete request waits for its response on it: between
 * requests, before the first, and while a head or a body is still arriving. An address at its limit loses its oldest idle
 * socket for each new one; when the server is full, the addresses with the most idle sockets lose some.
 */
export class SocketLimits {
  readonly #init: SocketLimitsInit
  readonly #entries = new Map<string, Entry>()
  readonly #byNetwork = new Map<string, Set<Entry>>()
  /** Each request asks for that of its socket. */
  readonly #bySocket = new WeakMap<Socket, Entry>()
  #nextSearch = Number.NEGATIVE_INFINITY

  constructor(init: SocketLimitsInit) {
    this.#init = init
  }

  get size(): number {
    return this.#entries.size
  }

  /** Admits a socket that was just accepted, or destroys it. */
  admit(socket: Socket): void {
    const { remoteAddress: address } = socket
    // The client has gone already.
    if (address === undefined) return void socket.destroy()
    const entry: Entry = { socket, address, network: addressGroup(address) }
    if (!this.#hasPlace(entry)) return void socket.destroy()
    const id = idOf(socket)
    const siblings = this.#byNetwork.get(entry.network) ?? new Set()
    this.#byNetwork.set(entry.network, siblings.add(entry))
    this.#entries.set(id, entry)
    socket.once('close', () => {
      this.#entries.delete(id)
      siblings.delete(entry)
      if (siblings.size === 0) this.#byNetwork.delete(entry.network)
    })
  }

  /** Records the exchange on a socket, over HTTP/1.1. Destroys a socket on which too many wait. */
  onRequest(request: IncomingMessage, response: ServerResponse): void {
    const entry = this.#entryOf(request.socket)
    if (!entry) return
    const { response: last, pipelined = [] } = entry
    const waiting = last && isOpen(last) ? [...pipelined.filter(isOpen), last] : []
    entry.request = request
    entry.response = response
    entry.pipelined = waiting.length > 0 ? waiting : undefined
    if (waiting.length < MAX_PIPELINED || entry.socket.destroyed) return
    // Whatever the address: a proxy sends no request before it has the response to the last one.
    this.#init.onRefused(entry.address, 'too-many-requests')
    entry.socket.destroy()
  }

  /** Records that a socket carries an HTTP/2 session. */
  onSession(socket: Socket, streams: () => number): void {
    const entry = this.#entryOf(socket)
    if (entry) entry.streams = streams
  }

  /** Records that a socket carries a WebSocket: it is never idle. */
  onUpgrade(socket: Socket): void {
    const entry = this.#entryOf(socket)
    if (entry) entry.streams = () => 1
  }

  /** Closes a batch of idle sockets, starting with the addresses that have the most. Returns their number. */
  makeRoom(): number {
    const ranked: { entry: Entry; rank: number }[] = []
    for (const siblings of this.#byNetwork.values()) {
      const idle = [...siblings].filter(isIdle)
      // The oldest socket of the largest address first, so that the addresses become equal.
      for (const [index, entry] of idle.entries()) ranked.push({ entry, rank: idle.length - index })
    }
    ranked.sort((a, b) => b.rank - a.rank)
    const closed = ranked.slice(0, Math.max(1, Math.floor(this.#init.capacity * BATCH_SHARE)))
    for (const { entry } of closed) {
      this.#init.onRefused(entry.address, 'sockets-full')
      entry.socket.destroy()
    }
    return closed.length
  }

  #entryOf(socket: Socket): Entry | undefined {
    const known = this.#bySocket.get(socket)
    if (known) return known
    const entry = this.#entries.get(idOf(socket))
    if (entry) this.#bySocket.set(socket, entry)
    return entry
  }

  #hasPlace({ address, network }: Entry): boolean {
    const { maxPerAddress, capacity, isExempt, onRefused } = this.#init
    const siblings = this.#byNetwork.get(network)
    if (siblings && siblings.size >= maxPerAddress && !isExempt(address)) {
      onRefused(address, 'too-many-sockets')
      const oldest = firstIdle(siblings)
      if (!oldest) return false
      oldest.socket.destroy()
      // Its `close` event comes later.
      siblings.delete(oldest)
    }
    if (this.size < capacity || this.#findRoom()) return true
    // Nothing is idle. The remaining places are for addresses that have no socket yet.
    if (!siblings || siblings.size === 0) return true
    onRefused(address, 'sockets-full')
    return false
  }

  #findRoom(): boolean {
    const now = performance.now()
    if (now < this.#nextSearch) return false
    if (this.makeRoom() > 0) return true
    this.#nextSearch = now + SEARCH_PAUSE
    return false
  }
}

function firstIdle(entries: Iterable<Entry>): Entry | undefined {
  for (const entry of entries) if (isIdle(entry)) return entry
  return undefined
}

function isIdle({ socket, request, response, streams }: Entry): boolean {
  if (socket.destroyed) return false
  if (streams) return streams() === 0
  if (!request || !response) return true
  return !isOpen(response) || !request.complete
}

function isOpen({ writableFinished, destroyed }: ServerResponse): boolean {
  return !writableFinished && !destroyed
}

/** A TLS socket and the TCP socket below it have the same ends. */
function idOf({ remoteAddress = '', remotePort = 0, localPort = 0 }: Socket): string {
  return `${remoteAddress} ${remotePort} ${localPort}`
}
