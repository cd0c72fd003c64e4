import net from 'node:net'
import tls from 'node:tls'
import { WebSocket } from 'ws'
import { secured, type Target } from './client.ts'
import type { SocketSeen } from './observations.ts'

const PATIENCE = 5000

/** Opens a WebSocket as `<live-img>` does, and has it carry a message each way. Never throws. */
export function socket({ url, address }: Omit<Target, 'protocol'>, base: string): Promise<SocketSeen> {
  const isSecure = url.protocol === 'https:'
  const to = secured({ url, address })
  const opening = new WebSocket(`${isSecure ? 'wss' : 'ws'}://${url.host}${base}/ws`, {
    origin: url.origin,
    handshakeTimeout: PATIENCE,
    createConnection: (() =>
      isSecure
        ? tls.connect({ ...to, ALPNProtocols: ['http/1.1'] })
        : net.connect({ host: address, port: Number(to.port) })) as typeof net.connect,
  })
  return new Promise((resolve) => {
    const settle = (seen: SocketSeen) => {
      clearTimeout(timer)
      resolve(seen)
      opening.terminate()
    }
    const timer = setTimeout(settle, 2 * PATIENCE, { isOpen: false })
    opening.on('open', () => opening.ping())
    opening.on('pong', () => settle({ isOpen: true }))
    opening.on('unexpected-response', (_request, { statusCode }) =>
      settle({ isOpen: false, status: statusCode }),
    )
    opening.on('error', () => settle({ isOpen: false }))
    opening.on('close', () => settle({ isOpen: false }))
  })
}
