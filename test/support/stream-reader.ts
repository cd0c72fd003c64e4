import net from 'node:net'
import tls from 'node:tls'
import { boundaryOf, Dechunker, MultipartParser, type Part, parseHeaders } from './multipart.ts'

export type { Part } from './multipart.ts'

/** A response that may never end, as it arrives over a raw socket. */
export interface RawStream {
  /** The response head as it came, without the blank line after it. */
  readonly head: string
  readonly status: number
  /** The response headers, names in lower case. */
  readonly headers: Record<string, string>
  /** The complete parts so far. */
  readonly parts: Part[]
  /** The bytes before the first boundary, once that has arrived. */
  readonly preamble: Buffer
  /** Whether the closing boundary has arrived. */
  readonly closed: boolean
  /** All body bytes so far, without the chunked encoding. */
  bytes(): Buffer
  /** The next part that nextPart has not given yet, which may have arrived before the call. */
  nextPart(): Promise<Part>
  /** Resolves when the predicate holds; it is called now and after every arrival. */
  waitFor(predicate: (stream: RawStream) => boolean, label?: string): Promise<void>
  /** How it ended: the response is complete or the server said FIN, the socket was destroyed here, or an error. */
  readonly ended: Promise<Ending>
  readonly socket: net.Socket
  /** Destroys the socket. */
  close(): void
  /** Ends the connection with an RST. */
  abort(): void
}

/** How a stream can end. */
export type Ending = 'end' | 'close' | 'error'

/** What openStream takes. */
export interface StreamOptions {
  /** Laid over the default headers; an empty value drops a header. */
  headers?: Record<string, string>
  method?: string
  httpVersion?: '1.0' | '1.1'
  /** False never reads from the socket, until a socket.resume(). */
  read?: boolean
  /** How many milliseconds to wait for the head, a part or a predicate. */
  timeout?: number
}

const imageFetch = { 'Sec-Fetch-Dest': 'image', 'Sec-Fetch-Mode': 'no-cors', 'Sec-Fetch-Site': 'same-origin' }

/** The headers Chromium sends for an <img>. */
export const chromium: Record<string, string> = {
  'User-Agent':
    'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/156.0.0.0 Safari/537.36',
  Accept: 'image/avif,image/webp,image/apng,image/svg+xml,image/*,*/*;q=0.8',
  ...imageFetch,
}

/** The headers Firefox sends for an <img>. */
export const firefox: Record<string, string> = {
  'User-Agent': 'Mozilla/5.0 (X11; Linux x86_64; rv:153.0) Gecko/20100101 Firefox/153.0',
  Accept: 'image/avif,image/webp,image/png,image/svg+xml,image/*;q=0.8,*/*;q=0.5',
  ...imageFetch,
}

/** The headers WebKit sends for an <img>. */
export const webkit: Record<string, string> = {
  'User-Agent':
    'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.0 Safari/605.1.15',
  Accept: 'image/webp,image/avif,video/*;q=0.8,image/png,image/svg+xml,image/*;q=0.8,*/*;q=0.5',
  ...imageFetch,
}

/** Sends a request and resolves with its stream when the head is there, or when sent if it is not to be read. */
export async function openStream(url: string, options: StreamOptions = {}): Promise<RawStream> {
  const target = new URL(url)
  if (!['http:', 'https:'].includes(target.protocol)) throw new Error(`not an http: URL: ${url}`)
  const stream = new SocketStream(target, options)
  try {
    await stream.opened(options.read !== false)
  } catch (error) {
    stream.close()
    throw error
  }
  return stream
}

class SocketStream implements RawStream {
  head = ''
  status = 0
  headers: Record<string, string> = {}
  readonly ended: Promise<Ending>
  readonly socket: net.Socket

  readonly #title: string
  readonly #method: string
  readonly #timeout: number
  readonly #sent: Promise<void>
  readonly #listeners = new Set<() => void>()
  #resolveEnded: (ending: Ending) => void = () => {}
  #ending: string | undefined
  #fault: Error | undefined
  #received = 0
  #taken = 0
  #pending: Buffer = Buffer.alloc(0)
  #body: Buffer[] = []
  #bodyLength = 0
  #dechunker: Dechunker | undefined
  #parser: MultipartParser | undefined

  constructor(
    url: URL,
    { headers = {}, method = 'GET', httpVersion = '1.1', read = true, timeout }: StreamOptions,
  ) {
    this.#title = `${method} ${url.href}`
    this.#method = method
    this.#timeout = timeout ?? 15_000
    this.ended = new Promise((resolve) => {
      this.#resolveEnded = resolve
    })
    const host = url.hostname.replace(/^\[|\]$/g, '')
    const isSecure = url.protocol === 'https:'
    const to = { port: Number(url.port || (isSecure ? 443 : 80)), host }
    this.socket = isSecure ? tls.connect({ ...to, rejectUnauthorized: false }) : new net.Socket()
    // Before it connects: a connected socket has already begun to read.
    if (!read) this.socket.pause()
    this.socket.setNoDelay(true)
    this.socket.on('data', (bytes) => this.#receive(bytes))
    this.socket.on('end', () => this.#end('end', 'the server said FIN'))
    this.socket.on('error', (error) => this.#end('error', error.message))
    this.socket.on('close', () => this.#end('close', 'the socket was destroyed'))
    if (!isSecure) this.socket.connect(to)
    this.#sent = new Promise((resolve) => {
      this.socket.write(requestHead(url, method, httpVersion, headers), () => resolve())
    })
  }

  get parts(): Part[] {
    return this.#parser?.parts ?? []
  }

  get preamble(): Buffer {
    return this.#parser?.preamble ?? Buffer.alloc(0)
  }

  get closed(): boolean {
    return this.#parser?.closed ?? false
  }

  bytes(): Buffer {
    this.#body = [Buffer.concat(this.#body)]
    return this.#body[0] as Buffer
  }

  async nextPart(): Promise<Part> {
    const index = this.#taken++
    await this.waitFor(() => this.parts.length > index, `part ${index}`)
    return this.parts[index] as Part
  }

  async waitFor(predicate: (stream: RawStream) => boolean, label = 'what the test waits for'): Promise<void> {
    await this.#until(() => predicate(this), label)
  }

  close(): void {
    this.socket.destroy()
  }

  abort(): void {
    this.socket.resetAndDestroy()
  }

  /** Resolves when the head is there, or when the request is sent if the response is not to be read. */
  async opened(read: boolean): Promise<void> {
    let sent = false
    void this.#sent.then(() => {
      sent = true
      this.#notify()
    })
    await this.#until(
      () => (read ? this.status !== 0 : sent),
      read ? 'the response head' : 'sending the request',
    )
  }

  #until(done: () => boolean, label: string): Promise<void> {
    return new Promise((resolve, reject) => {
      const settle = (error?: Error) => {
        clearTimeout(timer)
        this.#listeners.delete(listener)
        if (error === undefined) resolve()
        else reject(error)
      }
      const listener = () => {
        try {
          if (this.#fault !== undefined) settle(this.#fault)
          else if (done()) settle()
          else if (this.#ending !== undefined) settle(this.#error(`ended (${this.#ending}) before ${label}`))
        } catch (error) {
          settle(error as Error)
        }
      }
      const timer = setTimeout(
        () => settle(this.#error(`waited ${this.#timeout / 1000} s without success for ${label}`)),
        this.#timeout,
      )
      this.#listeners.add(listener)
      listener()
    })
  }

  #receive(bytes: Buffer): void {
    this.#received += bytes.length
    if (this.#fault !== undefined || this.#ending !== undefined) return
    try {
      if (this.status === 0) this.#receiveHead(bytes)
      else this.#receiveBody(bytes)
    } catch (error) {
      this.#fault = this.#error((error as Error).message)
    }
    this.#notify()
  }

  #receiveHead(bytes: Buffer): void {
    this.#pending = Buffer.concat([this.#pending, bytes])
    const end = this.#pending.indexOf('\r\n\r\n')
    if (end < 0) return
    const head = this.#pending.subarray(0, end).toString('latin1')
    const rest = this.#pending.subarray(end + 4)
    this.#pending = Buffer.alloc(0)
    const [statusLine = ''] = head.split('\r\n')
    const status = Number(/^HTTP\/1\.[01] (\d{3})(?: |$)/.exec(statusLine)?.[1])
    if (!status) throw new Error(`not an HTTP status line: ${JSON.stringify(statusLine)}`)
    // An interim response, such as 103 Early Hints: the real head is still to come.
    if (status < 200) {
      this.#receiveHead(rest)
      return
    }
    this.head = head
    this.status = status
    this.headers = parseHeaders(head.slice(statusLine.length))
    const boundary = boundaryOf(this.headers['content-type'])
    if (boundary !== undefined) this.#parser = new MultipartParser(boundary)
    if (/\bchunked\b/i.test(this.headers['transfer-encoding'] ?? '')) this.#dechunker = new Dechunker()
    this.#receiveBody(rest)
  }

  #receiveBody(bytes: Buffer): void {
    const body = this.#dechunker === undefined ? bytes : this.#dechunker.push(bytes)
    this.#body.push(body)
    this.#bodyLength += body.length
    this.#parser?.push(body)
    if (this.#complete) this.#end('end', 'the response is complete')
  }

  get #complete(): boolean {
    if (this.#method === 'HEAD' || this.status === 204 || this.status === 304) return true
    if (this.#dechunker !== undefined) return this.#dechunker.done
    return this.#bodyLength >= Number(this.headers['content-length'] ?? Number.POSITIVE_INFINITY)
  }

  #end(ending: Ending, why: string): void {
    if (this.#ending !== undefined) return
    this.#ending = why
    this.#resolveEnded(ending)
    this.#notify()
  }

  #notify(): void {
    for (const listener of [...this.#listeners]) listener()
  }

  #error(message: string): Error {
    return new Error(`${this.#title}: ${message}; ${this.#arrived}`)
  }

  get #arrived(): string {
    if (this.status === 0) {
      const text = JSON.stringify(this.#pending.subarray(0, 200).toString('latin1'))
      return `no response head had arrived, ${this.#received} bytes: ${text}`
    }
    const type = this.headers['content-type'] ?? 'no Content-Type'
    const parts =
      this.#parser === undefined
        ? ''
        : `, ${this.parts.length} complete parts, then ${this.#parser.unfinished}`
    return `arrived: status ${this.status}, ${type}, ${this.#bodyLength} body bytes${parts}`
  }
}

function requestHead(url: URL, method: string, version: string, overlay: Record<string, string>): string {
  const defaults = { Host: url.host, ...chromium, ...(version === '1.1' ? { Connection: 'keep-alive' } : {}) }
  const headers = new Map<string, [string, string]>()
  for (const [name, value] of [...Object.entries(defaults), ...Object.entries(overlay)]) {
    headers.set(name.toLowerCase(), [name, value])
  }
  const lines = [...headers.values()]
    .filter(([, value]) => value !== '')
    .map(([name, value]) => `${name}: ${value}`)
  return `${method} ${url.pathname}${url.search} HTTP/${version}\r\n${lines.join('\r\n')}\r\n\r\n`
}
