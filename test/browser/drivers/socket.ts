import { once } from 'node:events'
import { WebSocket } from 'ws'
import { PATIENCE } from './processes.ts'

/** An event that a browser reports by itself. */
export interface RemoteEvent {
  method: string
  // biome-ignore lint/suspicious/noExplicitAny: the two protocols describe hundreds of shapes
  params: any
  sessionId?: string
}

interface Answer extends Partial<RemoteEvent> {
  id?: number | null
  result?: unknown
  error?: string | { message: string }
  message?: string
}

interface Pending {
  resolve(result: unknown): void
  reject(error: Error): void
}

/** Numbered JSON calls over a WebSocket, as the DevTools protocol and WebDriver BiDi both have them. */
export class RemoteSocket {
  readonly #socket: WebSocket
  readonly #report: () => string
  readonly #pending = new Map<number, Pending>()
  readonly #watchers = new Set<(event: RemoteEvent) => void>()
  #lastId = 0

  private constructor(socket: WebSocket, report: () => string) {
    this.#socket = socket
    this.#report = report
    socket.on('message', (data) => this.#receive(JSON.parse(String(data)) as Answer))
    socket.on('error', () => {})
    socket.on('close', () => {
      for (const { reject } of this.#pending.values()) reject(new Error('the browser closed the connection'))
      this.#pending.clear()
    })
  }

  /** Connects; `report` is what error messages end with. */
  static async connect(url: string, report: () => string): Promise<RemoteSocket> {
    const socket = new WebSocket(url, { handshakeTimeout: PATIENCE, maxPayload: 256 * 1024 * 1024 })
    try {
      await once(socket, 'open')
    } catch (error) {
      throw new Error(`No connection to ${url}: ${(error as Error).message}. ${report()}`)
    }
    return new RemoteSocket(socket, report)
  }

  /** Calls a method and waits for its result. */
  async call<T>(method: string, params: object = {}, sessionId?: string, timeout = PATIENCE): Promise<T> {
    const id = ++this.#lastId
    let timer: NodeJS.Timeout | undefined
    try {
      return await new Promise<T>((resolve, reject) => {
        if (this.#socket.readyState !== WebSocket.OPEN) throw new Error('the connection is closed')
        timer = setTimeout(() => reject(new Error(`no answer in ${timeout} ms`)), timeout)
        this.#pending.set(id, { resolve: resolve as (result: unknown) => void, reject })
        this.#socket.send(JSON.stringify({ id, method, params, ...(sessionId && { sessionId }) }))
      })
    } catch (error) {
      throw new Error(`${method}: ${(error as Error).message}. ${this.#report()}`)
    } finally {
      clearTimeout(timer)
      this.#pending.delete(id)
    }
  }

  /** Watches events from now on until one satisfies; false if none does in time. */
  saw(satisfies: (event: RemoteEvent) => boolean, timeout: number): Promise<boolean> {
    return new Promise((resolve) => {
      const finish = (seen: boolean) => {
        clearTimeout(timer)
        this.#watchers.delete(watcher)
        resolve(seen)
      }
      const watcher = (event: RemoteEvent) => {
        if (satisfies(event)) finish(true)
      }
      const timer = setTimeout(finish, timeout, false)
      this.#watchers.add(watcher)
    })
  }

  /** Hangs up. */
  close(): void {
    this.#socket.terminate()
  }

  #receive(answer: Answer): void {
    if (typeof answer.id !== 'number') {
      for (const watcher of [...this.#watchers]) watcher(answer as RemoteEvent)
      return
    }
    const pending = this.#pending.get(answer.id)
    if (answer.error === undefined) pending?.resolve(answer.result)
    else if (typeof answer.error === 'string')
      pending?.reject(new Error(`${answer.error}, ${answer.message}`))
    else pending?.reject(new Error(answer.error.message))
  }
}
