import type { IncomingHttpHeaders } from 'node:http'
import { type Client, FAMILIES } from '../viewer/client.ts'
import type { SharedConnection } from '../viewer/shared-connections.ts'
import { readForwarded } from './forwarded.ts'
import { headerText } from './header-text.ts'
import { isFromTrustedProxy, isHttp2, type PictureRequest } from './request.ts'
import { isBrowser, isChromium, isFirefox } from './user-agent.ts'

/** One object for each kind, shared by all viewers of that kind: there can be ten thousand of them. */
const CLIENTS: readonly Client[] = FAMILIES.flatMap((family) =>
  [true, false].map((isForwarded) => Object.freeze({ family, isForwarded })),
)

/** Pictures that a session of HTTP/2 streams: Chromium opens 256 streams and no more, and some are for pages and stills. */
const SESSION_PLACES = 200
/** The same behind a proxy. By default nginx allows 128 streams, Caddy 250 and over HTTP/3 no more than 100. */
const PROXY_PLACES = 90

/** The program that made a request. */
export function clientOf(headers: IncomingHttpHeaders): Client {
  const family = familyOf(headerText(headers, 'user-agent'))
  const forwarded = isForwarded(headers)
  return CLIENTS.find((each) => each.family === family && each.isForwarded === forwarded) as Client
}

/** Whether a request has a proxy's headers. */
export function isForwarded(headers: IncomingHttpHeaders): boolean {
  return (
    headers['x-forwarded-for'] !== undefined || headers.forwarded !== undefined || headers.via !== undefined
  )
}

/** Whether a proxy seems to have passed a request on: nginx adds no header by default, but speaks HTTP/1.0. */
export function isProxied({ headers, httpVersion }: PictureRequest): boolean {
  return isForwarded(headers) || headers['x-real-ip'] !== undefined || httpVersion === '1.0'
}

/** The major version of HTTP that the client itself speaks; undefined behind a proxy that does not say. */
export function clientProtocol(request: PictureRequest): 1 | 2 | undefined {
  const { headers } = request
  if (isHttp2(request)) return 2
  if (!isForwarded(headers)) return 1
  const stated = headers['x-client-protocol']
  if (stated === undefined) return undefined
  return String(stated).startsWith('HTTP/1') ? 1 : 2
}

/** The version of HTTP that a client is taken to speak: behind a proxy that does not say, HTTP/2 with TLS and HTTP/1.1 without. */
export function takenProtocol(request: PictureRequest): { version: 1 | 2; isAssumed: boolean } {
  const version = clientProtocol(request)
  if (version !== undefined) return { version, isAssumed: false }
  return { version: isOverTls(request.headers) ? 2 : 1, isAssumed: true }
}

/**
 * Whether the client is one browser that opens six connections to a host and no more: over HTTP/1.1. Where a proxy does
 * not say, only a proxy with TLS is taken to speak HTTP/2 with browsers: without TLS none of them does. Behind a proxy that
 * is not trusted all readers look like one, who would have far more.
 */
export function hasSixConnections(request: PictureRequest): boolean {
  const { headers } = request
  if (familyOf(headerText(headers, 'user-agent')) === 'other') return false
  if (isForwarded(headers) && !isFromTrustedProxy(request)) return false
  return takenProtocol(request).version === 1
}

/** The connection of a client that sends all its requests over one, by HTTP/2; undefined for any other. */
export function sharedConnection(request: PictureRequest, viewerKey: string): SharedConnection | undefined {
  const { session } = (request as unknown as { stream?: { session?: object } }).stream ?? {}
  if (session) return { key: session, places: SESSION_PLACES }
  const isBrowsers = familyOf(headerText(request.headers, 'user-agent')) !== 'other'
  if (!isBrowsers || !isFromTrustedProxy(request) || !isForwarded(request.headers)) return undefined
  return hasSixConnections(request) ? undefined : { key: viewerKey, places: PROXY_PLACES }
}

/**
 * Whether a stream may be one of six that a page in the back/forward cache keeps open: those of Chromium over HTTP/1.1.
 * Behind a proxy the request does not show the client's protocol, unless the proxy adds it in a header.
 */
export function canBeProbed(request: PictureRequest): boolean {
  return isChromium(headerText(request.headers, 'user-agent')) && clientProtocol(request) === 1
}

function isOverTls(headers: IncomingHttpHeaders): boolean {
  const stated = headers['x-forwarded-proto']
  if (stated !== undefined) return /^https\b/i.test(String(stated))
  return readForwarded(headers).at(-1)?.protocol === 'https'
}

function familyOf(userAgent: string): Client['family'] {
  if (isFirefox(userAgent)) return 'Firefox'
  if (isChromium(userAgent)) return 'Chromium'
  return isBrowser(userAgent) && userAgent.includes('AppleWebKit/') ? 'WebKit' : 'other'
}
