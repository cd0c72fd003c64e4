import type { IncomingMessage } from 'node:http'

const LOOPBACK_ADDRESS = /^(?:127\.[\d.]+|::1|::ffff:127\.[\d.]+)$/
const LOOPBACK_HOST = /^(?:localhost|127\.[\d.]+|\[::1\])(?::\d+)?$/
/** What reverse proxies add; those that speak HTTP/1.0 add nothing. */
const FORWARDED = [
  'forwarded',
  'via',
  'x-forwarded-for',
  'x-forwarded-host',
  'x-forwarded-proto',
  'x-real-ip',
]

/**
 * Whether a request comes from this machine, so that its author may see code: from a loopback address, for a loopback
 * name, and without any header of a proxy.
 */
export function isLocalReader({ headers, socket, httpVersion }: IncomingMessage): boolean {
  const host = headers.host ?? headers[':authority']
  return (
    LOOPBACK_ADDRESS.test(socket.remoteAddress ?? '') &&
    LOOPBACK_HOST.test(String(host)) &&
    httpVersion !== '1.0' &&
    FORWARDED.every((name) => headers[name] === undefined)
  )
}
