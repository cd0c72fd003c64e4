import { WebSocket } from 'ws'
import {
  decodeFrame,
  EDGE_PATH,
  type EdgeMessage,
  MAX_FRAME_BYTES,
  type UpstreamFrame,
  type UpstreamMessage,
} from './edge-protocol.ts'

/** Why a connection ended. */
export interface SocketEnd {
  /** In words, without the address of the upstream. */
  fault: string
  /** Whether another attempt would fail too, until somebody changes a configuration. */
  isRefused: boolean
}

/** What a connection calls. */
export interface UpstreamSocketListener {
  onOpen(): void
  onMessage(message: UpstreamMessage): void
  onFrame(frame: UpstreamFrame): void
  onEnd(end: SocketEnd): void
}

/** Milliseconds for the handshake, and for each attempt to close. */
const HANDSHAKE_TIMEOUT = 5_000
const CLOSE_TIMEOUT = 1_000

/** One connection to an upstream, from its first attempt to its end. */
export class UpstreamSocket {
  readonly #webSocket: WebSocket
  #end: SocketEnd = { fault: 'the connection was closed', isRefused: false }
  #signAt = performance.now()

  /** @param url of the server, or of the path where it is mounted. */
  constructor(url: string, token: string, listener: UpstreamSocketListener) {
    const webSocket = new WebSocket(toSocketUrl(url), {
      headers: { Authorization: `Bearer ${token}`, 'User-Agent': 'imgcast' },
      // Pictures are compressed already.
      perMessageDeflate: false,
      maxPayload: MAX_FRAME_BYTES,
      handshakeTimeout: HANDSHAKE_TIMEOUT,
    })
    this.#webSocket = webSocket
    webSocket.on('open', () => listener.onOpen())
    webSocket.on('pong', () => this.#onSign())
    webSocket.on('message', (data, isBinary) => {
      this.#onSign()
      try {
        if (isBinary) listener.onFrame(decodeFrame(data as Buffer))
        else listener.onMessage(JSON.parse(String(data)) as UpstreamMessage)
      } catch (error) {
        this.end({ fault: `it sent a malformed message: ${(error as Error).message}`, isRefused: false })
      }
    })
    webSocket.on('unexpected-response', (_request, { statusCode = 0 }) => {
      const isRefused = statusCode < 500 && statusCode !== 429
      this.end({ fault: describeStatus(statusCode), isRefused })
      webSocket.terminate()
    })
    webSocket.on('error', ({ message, code }: NodeJS.ErrnoException) => {
      // Its own end causes an error too.
      if (this.#end.isRefused || message.startsWith('WebSocket was closed')) return
      const isPlain = code === 'EPROTO' && message.includes('wrong version number')
      const fault = isPlain ? 'its port has no TLS: use http: instead of https:' : message || String(code)
      this.#end = { ...this.#end, fault }
    })
    webSocket.once('close', () => listener.onEnd(this.#end))
  }

  send(message: EdgeMessage): void {
    if (this.#webSocket.readyState === WebSocket.OPEN) this.#webSocket.send(JSON.stringify(message))
  }

  /** Pings the upstream; ends the connection if it has been silent for longer than `lease` milliseconds. */
  ping(lease: number): void {
    if (performance.now() - this.#signAt > lease) {
      this.#end = { fault: 'it is silent', isRefused: false }
      this.#webSocket.terminate()
    } else if (this.#webSocket.readyState === WebSocket.OPEN) this.#webSocket.ping()
  }

  /** Ends the connection for a reason. */
  end(end: SocketEnd): void {
    this.#end = end
    this.#webSocket.close()
    setTimeout(() => this.#webSocket.terminate(), CLOSE_TIMEOUT).unref()
  }

  /** Closes the connection after what was sent, and resolves when it is closed. */
  async close(): Promise<void> {
    const closed = new Promise<void>((resolve) => this.#webSocket.once('close', () => resolve()))
    this.#webSocket.close()
    const timer = setTimeout(() => this.#webSocket.terminate(), CLOSE_TIMEOUT)
    await closed
    clearTimeout(timer)
  }

  #onSign(): void {
    this.#signAt = performance.now()
  }
}

function toSocketUrl(url: string): string {
  const { protocol, host, pathname } = new URL(url)
  const path = pathname.replace(/\/$/, '')
  return `${protocol === 'https:' ? 'wss' : 'ws'}://${host}${path}${EDGE_PATH}`
}

function describeStatus(status: number): string {
  if (status === 401) return 'the token is wrong: --upstream-token must be the --token of that server'
  if (status === 429 || status >= 500) return `it responded with status ${status}`
  return `there is no Imgcast that takes edges: it responded with status ${status} to ${EDGE_PATH}`
}
