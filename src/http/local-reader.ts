import { isFromTrustedProxy, type PictureRequest } from './request.ts'

const LOOPBACK_ADDRESS = /^(?:127\.[\d.]+|::1|::ffff:127\.[\d.]+)$/
const LOOPBACK_HOST = /^(?:localhost|127\.[\d.]+|\[::1\])(?::\d+)?$/
/** Headers that reverse proxies add; some that speak HTTP/1.0 add none. */
const FORWARDED = [
  'forwarded',
  'via',
  'x-forwarded-for',
  'x-forwarded-host',
  'x-forwarded-proto',
  'x-real-ip',
]

/**
 * Whether a request comes from this machine, so that its reader may see code: from a loopback address, for a loopback
 * name, without any header of a proxy, and not if the app trusts a proxy on this machine.
 * A proxy on this machine that adds no header and sends its own loopback name cannot be detected: `--show-source` is
 * off for servers that were not started on a terminal.
 */
export function isLocalReader(request: PictureRequest): boolean {
  const { headers, socket, httpVersion } = request
  const host = headers.host ?? headers[':authority']
  return (
    LOOPBACK_ADDRESS.test(socket.remoteAddress ?? '') &&
    LOOPBACK_HOST.test(String(host)) &&
    httpVersion !== '1.0' &&
    !isFromTrustedProxy(request) &&
    FORWARDED.every((name) => headers[name] === undefined)
  )
}
