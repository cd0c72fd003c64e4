import type { Duplex } from 'node:stream'
import { WebSocketServer } from 'ws'
import { EDGE_PATH, MAX_REPORT_BYTES } from '../../edge/edge-protocol.ts'
import type { Edges } from '../../edge/edges.ts'
import { stopping } from '../../errors.ts'
import type { PictureRequest } from '../request.ts'
import type { TokenGuard } from '../token-guard.ts'

/** The parts that accept edges. */
export interface EdgeSocketsInit {
  edges: Pick<Edges, 'accept'>
  guard: Pick<TokenGuard, 'check'>
  isReady(): boolean
  /** A socket carries a WebSocket from now on, and is never idle. */
  onAccepted(socket: Duplex): void
}

/** Whether a request target is that of edges, below any mount path. */
export function isEdgePath(url: string): boolean {
  return url.split('?', 1)[0]?.endsWith(EDGE_PATH) ?? false
}

/** Accepts the connections of edges that have the token of the API: no other limit applies to them. */
export class EdgeSockets {
  readonly #init: EdgeSocketsInit
  readonly #server = new WebSocketServer({
    noServer: true,
    clientTracking: false,
    perMessageDeflate: false,
    maxPayload: MAX_REPORT_BYTES,
  })

  constructor(init: EdgeSocketsInit) {
    this.#init = init
  }

  /** Completes the handshake of an edge. Rejects with a `PublicError` 401 or 503 if it is refused. */
  async accept(request: PictureRequest, socket: Duplex, head: Buffer): Promise<void> {
    const { edges, guard, isReady, onAccepted } = this.#init
    if (!isReady()) throw stopping()
    await guard.check(request)
    if (socket.destroyed) return
    this.#server.handleUpgrade(request, socket, head, (webSocket) => {
      onAccepted(socket)
      edges.accept(webSocket)
    })
  }
}
