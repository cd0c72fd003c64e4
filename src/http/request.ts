import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Http2ServerRequest, Http2ServerResponse } from 'node:http2'
import type { Duplex } from 'node:stream'
import type { TLSSocket } from 'node:tls'
import { plainAddress } from '../system/address-group.ts'
import { readForwarded } from './forwarded.ts'

/** Handles a request of `node:http` or, in its compatibility API, of `node:http2`. */
export type Handler = (
  request: IncomingMessage | Http2ServerRequest,
  response: ServerResponse | Http2ServerResponse,
) => void

/** Handles the `upgrade` event of a `node:http` server. */
export type Upgrade = (request: IncomingMessage, socket: Duplex, head: Buffer) => void

/** A request, with the additions of Express or of the plain handler. */
export interface PictureRequest extends IncomingMessage {
  /** The Express app that has the setting `trust proxy`. */
  app?: { get(name: 'trust proxy fn'): unknown } | undefined
  /** Express's function that calls the next handler. */
  next?: unknown
  /** The reader, where an edge with the token passes the request on. */
  edgeViewer?: { address: string }
}

/** Returns whether an address is that of a trusted proxy, `hops` proxies away. */
type Trusts = (address: string, hops: number) => boolean

/** Whether a request came over HTTP/2, where headers about the connection are not allowed. */
export function isHttp2(request: IncomingMessage): boolean {
  return request.httpVersionMajor >= 2
}

/** The query of a request. */
export function searchOf({ url = '' }: Pick<IncomingMessage, 'url'>): URLSearchParams {
  const split = url.indexOf('?')
  return new URLSearchParams(split < 0 ? '' : url.slice(split))
}

/**
 * The client's address as reported by trusted proxies; empty if the socket is already closed. Express's `request.ip`
 * stops at the first address with a port, and does not read `Forwarded`.
 */
export function clientAddress(request: PictureRequest): string {
  // A proxy, or two of its listeners, may write the same address in both forms: it is one visitor, and one line for fail2ban.
  return plainAddress(originOf(request).address)
}

/** The protocol that the client used, as reported by trusted proxies. */
export function protocolOf(request: PictureRequest): 'http' | 'https' {
  const { protocol } = originOf(request)
  if (protocol !== undefined) return protocol
  return (request.socket as Partial<TLSSocket>).encrypted === true ? 'https' : 'http'
}

/** Whether a request comes from an address whose forwarding headers are trusted. */
export function isFromTrustedProxy({ app, socket }: Pick<PictureRequest, 'app' | 'socket'>): boolean {
  const trusts = app?.get('trust proxy fn') as Trusts | undefined
  return trusts?.(socket.remoteAddress ?? '', 0) ?? false
}

function originOf(request: PictureRequest): { address: string; protocol: 'http' | 'https' | undefined } {
  const { app, headers, socket } = request
  if (request.edgeViewer) return { address: request.edgeViewer.address, protocol: undefined }
  const address = socket.remoteAddress ?? ''
  if (!isFromTrustedProxy(request)) return { address, protocol: undefined }
  const trusts = app?.get('trust proxy fn') as Trusts
  const hops = readForwarded(headers)
  let reached = 0
  while (reached + 1 < hops.length && trusts(hops[reached]?.address ?? '', reached + 1)) reached += 1
  const client = hops[reached]
  const stated = headers['x-forwarded-proto']
  const first = stated === undefined ? undefined : String(stated).slice(0, 32).split(',', 1)[0]?.trim()
  const protocol = first === undefined ? client?.protocol : first.toLowerCase() === 'https' ? 'https' : 'http'
  return { address: client?.address ?? address, protocol }
}
