import { WebSocket } from 'ws'
import { eventually } from './eventually.ts'

/** What a server said about one picture. */
export interface Announced {
  id: number
  src: string
  width: number
  height: number
  alt: string
}

/** A client of the WebSocket protocol that keeps everything that it received. */
export class SocketClient {
  readonly webSocket: WebSocket
  readonly subscribed: Announced[] = []
  readonly ended: { id: number; reason: string }[] = []
  readonly frames: { id: number; bytes: Buffer }[] = []
  /** The code and the reason that the server closed with. */
  closed: { code: number; reason: string } | undefined
  /** The status of a refused handshake. */
  refused: number | undefined

  constructor(url: string, headers: Record<string, string> = {}, options: { autoPong?: boolean } = {}) {
    this.webSocket = new WebSocket(`${url.replace(/^http/, 'ws')}/ws`, { headers, ...options })
    this.webSocket.on('error', () => {})
    this.webSocket.on('unexpected-response', (_, response) => {
      this.refused = response.statusCode
      response.resume()
    })
    this.webSocket.on('close', (code, reason) => {
      this.closed = { code, reason: String(reason) }
    })
    this.webSocket.on('message', (data: Buffer, isBinary: boolean) => {
      if (isBinary) return void this.frames.push({ id: data.readUInt16BE(0), bytes: data.subarray(2) })
      const message = JSON.parse(String(data)) as {
        subscribed?: Announced
        ended?: SocketClient['ended'][0]
      }
      if (message.subscribed) this.subscribed.push(message.subscribed)
      if (message.ended) this.ended.push(message.ended)
    })
  }

  static async open(url: string, headers?: Record<string, string>): Promise<SocketClient> {
    const client = new SocketClient(url, headers)
    await new Promise<void>((resolve, reject) => {
      client.webSocket.once('open', resolve)
      client.webSocket.once('close', reject)
    })
    return client
  }

  send(message: object | string): void {
    this.webSocket.send(typeof message === 'string' ? message : JSON.stringify(message))
  }

  /** Resolves to what was announced of a picture, once `frames` frames of it have come. */
  async shown(src: string, frames = 1): Promise<Announced> {
    return eventually(() => {
      const announced = this.subscribed.findLast((each) => each.src === src)
      if (!announced) throw new Error(`${src} was not announced`)
      if (this.framesOf(announced.id).length < frames) throw new Error(`too few frames of ${src}`)
      return announced
    })
  }

  framesOf(id: number): Buffer[] {
    return this.frames.filter((frame) => frame.id === id).map(({ bytes }) => bytes)
  }

  close(): void {
    this.webSocket.terminate()
  }
}
