import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net'

/** A TCP proxy that can delay, hold back or cut all connections. */
export class TcpProxy {
  readonly #target: number
  readonly #server: Server
  readonly #sockets = new Set<Socket>()
  /** Milliseconds by which every chunk is late. */
  delay = 0
  #isCut = false
  #isHeld = false

  private constructor(target: number) {
    this.#target = target
    this.#server = createServer((client) => this.#accept(client))
  }

  static async start(target: number): Promise<TcpProxy> {
    const proxy = new TcpProxy(target)
    proxy.#server.listen(0, '127.0.0.1')
    await once(proxy.#server, 'listening')
    return proxy
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port
  }

  /** Closes every connection, and each new one. */
  cut(): void {
    this.#isCut = true
    for (const socket of this.#sockets) socket.destroy()
  }

  /** Passes nothing on, and reports nothing either, as a cut network does. */
  hold(): void {
    this.#isHeld = true
    for (const socket of this.#sockets) socket.pause()
  }

  /** Works again. What was held back is lost with its connections. */
  heal(): void {
    this.#isCut = false
    if (this.#isHeld) for (const socket of this.#sockets) socket.destroy()
    this.#isHeld = false
  }

  close(): void {
    this.cut()
    this.#server.close()
  }

  #accept(client: Socket): void {
    if (this.#isCut) return void client.destroy()
    const target = connect(this.#target, '127.0.0.1')
    for (const [from, to] of [
      [client, target],
      [target, client],
    ] as const) {
      this.#sockets.add(from)
      from.setNoDelay(true)
      if (this.#isHeld) from.pause()
      let newest = 0
      from.on('data', (chunk) => {
        // In the order in which they came, even if the delay changes.
        newest = Math.max(newest, performance.now() + this.delay)
        const wait = newest - performance.now()
        if (wait <= 0) to.write(chunk)
        else setTimeout(() => to.writable && to.write(chunk), wait)
      })
      from.on('error', () => {})
      from.on('close', () => {
        this.#sockets.delete(from)
        to.destroy()
      })
    }
  }
}
