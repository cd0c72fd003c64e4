import type { IncomingMessage } from 'node:http'

/** A request, with the additions of Express or of the plain handler. */
export interface PictureRequest extends IncomingMessage {
  /** The client's address as reported by trusted proxies. */
  ip?: string | undefined
  /** Express's function that calls the next handler. */
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

/** `192.0.2.1:5000`, `[2001:db8::1]:443`: some proxies append the client's port, which changes with every connection. */
const WITH_PORT = /^(?:\[([\da-f:.]+)\](?::\d+)?|([\d.]+):\d+)$/i

/** The client's address as reported by trusted proxies; empty if the socket is already closed. */
export function clientAddress({ ip, socket }: PictureRequest): string {
  const address = ip ?? socket.remoteAddress ?? ''
  const [, inBrackets, bare] = WITH_PORT.exec(address) ?? []
  return inBrackets ?? bare ?? address
}
