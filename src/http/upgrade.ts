import { type IncomingMessage, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import { notFound, toPublicError } from '../errors.ts'
import { type EdgeSockets, isEdgePath } from './edge/edge-sockets.ts'
import type { FailureLog } from './failure-log.ts'
import { isLongUrl, refuseLargeHead, uriTooLong } from './head-limits.ts'
import type { Handler, PictureRequest, Upgrade } from './request.ts'
import { sendProblem } from './send-error.ts'
import { isSocketPath, type LiveSockets } from './socket/live-sockets.ts'
import { upgradeRequired, WEBSOCKET_VERSION } from './socket/socket-route.ts'

/** The parts that handle upgrades. */
export interface UpgradeInit {
  handler: Handler
  sockets: Pick<LiveSockets, 'accept'>
  edgeSockets: Pick<EdgeSockets, 'accept'>
  failures: FailureLog
  /** Gives a request the proxies that are trusted. */
  trust: Pick<PictureRequest, 'app'>
}

/**
 * Responds to requests to upgrade the connection: WebSockets at `/ws`, and of edges at `/api/edge`, below any mount path. Any other protocol (`h2c`,
 * which curl offers) is ignored and the request is handled as it stands (RFC 9110, section 7.8).
 */
export function createUpgrade({ handler, sockets, edgeSockets, failures, trust }: UpgradeInit): Upgrade {
  return (request, socket, head) => {
    // Nothing else listens for it any more; a client may reset the connection at any time.
    socket.on('error', () => socket.destroy())
    if (!/\bwebsocket\b/i.test(request.headers.upgrade ?? ''))
      return handler(request, sendTo(socket, new ServerResponse(request)))
    const trusting: PictureRequest = Object.assign(request, trust)
    // Without a socket, it keeps what is written until it gets one.
    const response = new ServerResponse(request)
    const refuse = (error: unknown) => {
      const refusal = toPublicError(error)
      failures.note(trusting, refusal)
      sendProblem(request, sendTo(socket, response), refusal)
    }
    try {
      if (refuseLargeHead(request, response, (error) => failures.note(trusting, error)))
        return void sendTo(socket, response)
      checkHandshake(request)
      if (isEdgePath(request.url ?? '')) void edgeSockets.accept(trusting, socket, head).catch(refuse)
      else sockets.accept(trusting, socket, head)
    } catch (error) {
      refuse(error)
    }
  }
}

function checkHandshake(request: IncomingMessage): void {
  const version = request.headers['sec-websocket-version']
  if (isLongUrl(request)) throw uriTooLong(request)
  const { url = '' } = request
  if (!isSocketPath(url) && !isEdgePath(url)) throw notFound('there is no WebSocket here, only at /ws')
  if (version !== WEBSOCKET_VERSION) throw upgradeRequired(version)
}

/** Milliseconds that a client may take to close its side after a response. */
const CLOSE_TIMEOUT = 1_000
/** Milliseconds without traffic: Node has taken its own time limits off the socket. */
const IDLE_TIMEOUT = 120_000

/** Sends a response on an upgraded socket, and closes it: a client that keeps its side open keeps no socket here. */
function sendTo(socket: Duplex, response: ServerResponse): ServerResponse {
  response.shouldKeepAlive = false
  response.once('finish', () => {
    // Unread bytes would turn the close into a reset, which can overtake the response.
    socket.resume()
    socket.end()
    setTimeout(() => socket.destroy(), CLOSE_TIMEOUT).unref()
  })
  if ('setTimeout' in socket) (socket as Socket).setTimeout(IDLE_TIMEOUT, () => socket.destroy())
  response.assignSocket(socket as Parameters<ServerResponse['assignSocket']>[0])
  return response
}
