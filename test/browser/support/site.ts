import { once } from 'node:events'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { STREAM } from '../../../src/http/headers.ts'
import type { Framing } from '../../../src/http/negotiate.ts'
import { Connection } from '../../../src/http/stream/connection.ts'
import { Multipart } from '../../../src/http/stream/multipart.ts'
import { StaleFrames } from '../../../src/http/stream/stale-frames.ts'
import { isFirefox } from '../../../src/http/user-agent.ts'
import type { Frame } from '../../../src/picture/frame.ts'
import { eventually } from '../../support/eventually.ts'

/** How a picture is streamed. */
export interface FeedOptions {
  framing?: Framing
  /** Whether the next part is begun early. @default for Firefox only, as the product does */
  eager?: boolean
  /** Milliseconds after which the picture marks itself as stale. @default never */
  stale?: number
}

/** The settings of a page. */
export interface PageOptions {
  background?: string
  /** Attributes of the body. */
  body?: string
}

/**
 * The pages and pictures of a test: two servers, so that pages and pictures can be of two origins, and each picture
 * a feed of frames that the test itself sends.
 */
export class Site {
  readonly #servers: [Server, Server] = [createServer(), createServer()]
  readonly #handlers = new Map<string, (request: IncomingMessage, response: ServerResponse) => void>()
  readonly #requested = new Map<string, number>()
  readonly #feeds = new Set<Feed>()
  #count = 0

  static async start(): Promise<Site> {
    const site = new Site()
    for (const server of site.#servers) {
      server.on('request', (request, response) => site.#answer(request, response))
      await once(server.listen(0, '127.0.0.1'), 'listening')
    }
    return site
  }

  /** Where the pages are: http://127.0.0.1:A. */
  get pages(): string {
    return `http://127.0.0.1:${portOf(this.#servers[0])}`
  }

  /** Another origin, and another site by the rules of browsers: http://localhost:B. */
  get elsewhere(): string {
    return `http://localhost:${portOf(this.#servers[1])}`
  }

  /** Adds a page of the given HTML; returns its address. */
  page(html: string, { background = 'white', body = '' }: PageOptions = {}): string {
    const style = `margin:0;background:${background}`
    return (
      this.pages +
      this.#add('html', (_, response) => {
        response.writeHead(200, { 'Content-Type': 'text/html' })
        response.end(`<!doctype html><title>A page</title><body style="${style}" ${body}>${html}`)
      })
    )
  }

  /** Adds a picture that begins with a frame. */
  feed(first: Frame, options?: FeedOptions): Feed {
    const feed = new Feed(first, options)
    feed.path = this.#add('png', (request, response) => feed.answer(request, response))
    this.#feeds.add(feed)
    return feed
  }

  /** Adds an address whose response the test writes. */
  answer(handler: (request: IncomingMessage, response: ServerResponse) => void): string {
    return this.#add('png', handler)
  }

  /** Adds an address that a page's script may report to; returns the path. */
  beacon(): string {
    return this.#add('txt', (_, response) => void response.writeHead(204).end())
  }

  /** Waits until a path was requested that many times. */
  async untilRequested(path: string, times = 1): Promise<void> {
    await eventually(
      () => {
        const requested = this.#requested.get(path) ?? 0
        if (requested < times) throw new Error(`${path} was asked for ${requested} times, not ${times}`)
      },
      { timeout: 30_000 },
    )
  }

  /**
   * Lets go of every connection: Firefox keeps a closed tab's until the next bytes come, and with six of them it
   * would ask for nothing more.
   */
  clear(): void {
    for (const feed of this.#feeds) feed.drop()
    this.#feeds.clear()
  }

  close(): void {
    for (const server of this.#servers) {
      server.closeAllConnections()
      server.close()
    }
  }

  #add(ending: string, handler: (request: IncomingMessage, response: ServerResponse) => void): string {
    this.#count += 1
    const path = `/${this.#count}.${ending}`
    this.#handlers.set(path, handler)
    return path
  }

  #answer(request: IncomingMessage, response: ServerResponse): void {
    const path = request.url ?? ''
    this.#requested.set(path, (this.#requested.get(path) ?? 0) + 1)
    const handler = this.#handlers.get(path)
    if (handler) handler(request, response)
    else response.writeHead(404).end()
  }
}

/** One picture, streamed by the product's own code, whose frames the test sends one at a time. */
export class Feed {
  path = ''
  readonly #multipart = new Multipart()
  readonly #staleFrames = new StaleFrames()
  readonly #options: FeedOptions
  readonly #first: Frame
  #requests = 0
  #response: ServerResponse | undefined
  #connection: Connection | undefined

  constructor(first: Frame, options: FeedOptions = {}) {
    this.#first = first
    this.#options = options
  }

  /** How often a browser requested it. */
  get requests(): number {
    return this.#requests
  }

  /** The bytes that were handed to the network. */
  get sentBytes(): number {
    return this.#response?.socket?.bytesWritten ?? 0
  }

  /** Whether its connection is closed. */
  get closed(): boolean {
    return this.#response?.closed === true
  }

  show(frame: Frame): void {
    this.#open().show(frame)
  }

  /** Sends a heartbeat, as if the last bytes had been sent long ago. */
  async beat(): Promise<void> {
    const before = this.sentBytes
    await eventually(() => {
      // A connection does not beat while it is still sending.
      // Longer than a heartbeat, and shorter than a client may take for a frame.
      this.#open().beat(performance.now() + 30_000)
      if (this.sentBytes === before) throw new Error('a heartbeat sent nothing')
    })
  }

  /** Ends it in good order. */
  async end(): Promise<void> {
    this.#open().end('stopping')
    await this.untilClosed()
  }

  /** Cuts it off, as a server that dies does. */
  async cut(): Promise<void> {
    this.#open().destroy()
    await this.untilClosed()
  }

  /** Cuts it off where it is still open. */
  drop(): void {
    this.#connection?.destroy()
  }

  async untilClosed(): Promise<void> {
    await eventually(() => {
      if (!this.closed) throw new Error('the connection is still open')
    })
  }

  /** Responds to a browser's request for it. */
  answer(request: IncomingMessage, response: ServerResponse): void {
    this.#requests += 1
    const { framing = 'browser', eager = isFirefox(request.headers['user-agent'] ?? '') } = this.#options
    const headers = { 'Content-Type': this.#multipart.contentType, ...STREAM, Connection: 'close' }
    const multipart = this.#multipart
    this.#response = response
    const { stale: delay } = this.#options
    const stale = delay === undefined ? undefined : { frames: this.#staleFrames, delay, refresh: 0 }
    this.#connection = new Connection({
      ...{ response, multipart, framing, eager, headers, stale, heartbeat: 20_000 },
    })
    this.#connection.show(this.#first)
  }

  #open(): Connection {
    if (!this.#connection) throw new Error('no browser has asked for the picture yet')
    return this.#connection
  }
}

function portOf(server: Server): number {
  return (server.address() as AddressInfo).port
}

/** The tag of a live picture, as the product's snippets have it; without a size it is laid out as it comes. */
export function img(src: string, size: { width: number; height: number } | undefined = undefined): string {
  const attributes = size ? ` width="${size.width}" height="${size.height}"` : ''
  return `<img src="${src}"${attributes} alt="" loading="lazy" style="display:block">`
}
