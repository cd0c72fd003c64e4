import http, { type IncomingHttpHeaders, type OutgoingHttpHeaders, type ServerResponse } from 'node:http'
import https from 'node:https'
import { pipeline } from 'node:stream'
import { MAX_DEPTH } from '../../edge/edge-protocol.ts'
import { unreachable } from '../../edge/unreachable.ts'
import { PublicError } from '../../errors.ts'
import { addressGroup } from '../../system/address-group.ts'
import { FairPlaces } from '../../system/fair-places.ts'
import { EDGE_HEADERS } from '../edge-viewer.ts'
import { clientAddress, type PictureRequest } from '../request.ts'

/** The upstream that requests are passed on to. */
export interface UpstreamProxyInit {
  url: string
  token: string
}

/** Connections that are kept to the upstream: fewer than it allows one address. */
const MAX_SOCKETS = 200
/** Milliseconds until the head of the response. */
const HEAD_TIMEOUT = 10_000
/** A body has its length, or this: with neither, the upstream could read its bytes as another request. */
const CHUNKED = { 'transfer-encoding': 'chunked' }
/** Headers about one connection (RFC 9110, section 7.6.1), and those that this proxy sets itself. */
const DROPPED = new Set([
  ...['connection', 'keep-alive', 'proxy-connection', 'te', 'trailer', 'transfer-encoding', 'upgrade'],
  ...['host', 'expect', 'forwarded', 'x-forwarded-for', ...Object.values(EDGE_HEADERS)],
])

/**
 * Passes requests on to the upstream: stills, data, pages, clicks and the API. The upstream gets the reader's address, so
 * that it limits and counts readers and not edges.
 */
export class UpstreamProxy {
  readonly #url: URL
  readonly #token: string
  readonly #agent: http.Agent
  /** One reader who sends or reads slowly does not keep the connections from the others. */
  readonly #places = new FairPlaces(MAX_SOCKETS)

  constructor({ url, token }: UpstreamProxyInit) {
    this.#url = new URL(url)
    this.#token = token
    const { Agent } = this.#url.protocol === 'https:' ? https : http
    this.#agent = new Agent({ keepAlive: true, maxSockets: MAX_SOCKETS, maxFreeSockets: 16 })
  }

  /**
   * Sends the upstream's response. Rejects with a `PublicError` if there is none; nothing is sent then.
   * @param target the path and query to request there.
   */
  send(
    request: PictureRequest,
    response: ServerResponse,
    target: string = request.url ?? '/',
  ): Promise<void> {
    const hops = Number(request.headers[EDGE_HEADERS.hops] ?? 0) + 1
    if (!(hops < MAX_DEPTH)) return Promise.reject(tooManyEdges())
    if (isClosed(response)) return Promise.resolve()
    return new Promise((resolve, reject) => {
      let late: NodeJS.Timeout | undefined
      let isStarted = false
      const start = () => {
        isStarted = true
        clearTimeout(late)
        this.#pass(request, response, { target, hops }).then(resolve, reject)
      }
      const free = this.#places.take(addressGroup(clientAddress(request)), start)
      if (!isStarted)
        late = setTimeout(() => {
          free()
          reject(tooManyRequests())
        }, HEAD_TIMEOUT)
      response.once('close', () => {
        clearTimeout(late)
        free()
        resolve()
      })
    })
  }

  #pass(
    request: PictureRequest,
    response: ServerResponse,
    { target, hops }: { target: string; hops: number },
  ): Promise<void> {
    const { protocol, hostname, port, pathname } = this.#url
    const hasBody = request.method !== 'GET' && request.method !== 'HEAD'
    return new Promise((resolve, reject) => {
      // The body of a GET is not passed on, and its length neither.
      const { 'content-length': length, ...rest } = request.headers
      const upstream = (protocol === 'https:' ? https : http).request({
        ...{ protocol, hostname: hostname.replace(/^\[|\]$/g, ''), port, agent: this.#agent },
        method: request.method,
        path: `${pathname.replace(/\/$/, '')}${target}`,
        headers: {
          ...withoutDropped(rest),
          ...(hasBody && (length === undefined ? CHUNKED : { 'content-length': length })),
          host: this.#url.host,
          [EDGE_HEADERS.token]: this.#token,
          [EDGE_HEADERS.address]: clientAddress(request),
          [EDGE_HEADERS.hops]: String(hops),
        },
      })
      const late = setTimeout(() => upstream.destroy(new Error('it did not respond in time')), HEAD_TIMEOUT)
      upstream.on('error', ({ message }) => {
        clearTimeout(late)
        // It is gone: no response is missed.
        if (response.destroyed) return resolve()
        if (response.headersSent) response.destroy()
        reject(unreachable(`${this.#url.origin}: ${message}`))
      })
      upstream.on('response', (message) => {
        clearTimeout(late)
        response.writeHead(message.statusCode ?? 502, withoutDropped(message.headers))
        pipeline(message, response, () => resolve())
      })
      response.once('close', () => upstream.destroy())
      if (hasBody) return void request.pipe(upstream)
      upstream.end()
      // An unread body would hide the client's close.
      request.resume()
    })
  }

  close(): void {
    this.#agent.destroy()
  }
}

/** Names that begin with a colon are those of HTTP/2 about the request itself. */
function withoutDropped(headers: IncomingHttpHeaders): OutgoingHttpHeaders {
  return Object.fromEntries(
    Object.entries(headers).filter(([name]) => !DROPPED.has(name) && !name.startsWith(':')),
  )
}

function isClosed(response: ServerResponse): boolean {
  const { stream } = response as { stream?: { destroyed: boolean } }
  return stream?.destroyed ?? response.destroyed
}

function tooManyRequests(): PublicError {
  return new PublicError({
    code: 'too-many-requests',
    status: 429,
    caption: 'too many requests from your address at once',
  })
}

function tooManyEdges(): PublicError {
  return new PublicError({
    code: 'too-many-edges',
    status: 508,
    caption: 'too many edges in a chain',
    detail: `expected at most ${MAX_DEPTH} servers from here to the origin; do the edges form a loop?`,
  })
}
