import { type IncomingMessage, ServerResponse } from 'node:http'
import type { Duplex } from 'node:stream'
import { notFound, PublicError } from '../errors.ts'
import type { Handler } from './request.ts'
import { sendProblem } from './send-error.ts'

/** Handles the `upgrade` event of a `node:http` server. */
export type Upgrade = (request: IncomingMessage, socket: Duplex, head: Buffer) => void

/** The only version that RFC 6455 defines. */
const WEBSOCKET_VERSION = '13'

/**
 * Responds to requests to upgrade the connection. There is no WebSocket endpoint yet, so a WebSocket gets an error. Any
 * other protocol (`h2c`, which curl offers) is ignored and the request is handled as it stands (RFC 9110, section 7.8).
 */
export function createUpgrade(handler: Handler): Upgrade {
  return (request, socket) => {
    // Nothing else listens for it any more; a client may reset the connection at any time.
    socket.on('error', () => socket.destroy())
    const response = new ServerResponse(request)
    response.shouldKeepAlive = false
    response.assignSocket(socket as Parameters<ServerResponse['assignSocket']>[0])
    response.once('finish', () => socket.end())
    if (!/\bwebsocket\b/i.test(request.headers.upgrade ?? '')) return handler(request, response)
    sendProblem(request, response, toError(request))
  }
}

function toError({ headers }: IncomingMessage): PublicError {
  const version = headers['sec-websocket-version']
  if (version === WEBSOCKET_VERSION) return notFound('there is no WebSocket here')
  return new PublicError({
    code: 'upgrade-required',
    status: 426,
    caption: `expected Sec-WebSocket-Version ${WEBSOCKET_VERSION}, got ${version ?? 'none'}`,
    headers: { 'Sec-WebSocket-Version': WEBSOCKET_VERSION, Upgrade: 'websocket' },
  })
}
