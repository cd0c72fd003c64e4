import type { IncomingMessage } from 'node:http'

/** A request as Express hands it on. */
export interface PictureRequest extends IncomingMessage {
  /** The client's address, as far as proxies are trusted. */
  ip?: string | undefined
  /** Express's own way to the next handler. */
  next?: unknown
}

/** Whether a request came over HTTP/2, where headers about the connection are not allowed. */
export function isHttp2(request: IncomingMessage): boolean {
  return request.httpVersionMajor >= 2
}

/** The query of a request. */
export function searchOf({ url = '' }: Pick<IncomingMessage, 'url'>): URLSearchParams {
  const split = url.indexOf('?')
  return new URLSearchParams(split < 0 ? '' : url.slice(split))
}

/** `192.0.2.1:5000`, `[2001:db8::1]:443`: some proxies write the client's port behind it, which is another each time. */
const WITH_PORT = /^(?:\[([\da-f:.]+)\](?::\d+)?|([\d.]+):\d+)$/i

/** The address that a request came from, as far as the proxies that are believed say so; empty where it is gone. */
export function clientAddress({ ip, socket }: PictureRequest): string {
  const address = ip ?? socket.remoteAddress ?? ''
  const [, inBrackets, bare] = WITH_PORT.exec(address) ?? []
  return inBrackets ?? bare ?? address
}
