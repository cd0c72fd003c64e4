import { once } from 'node:events'
import http, { type IncomingMessage } from 'node:http'
import http2 from 'node:http2'
import https from 'node:https'
import type { Readable } from 'node:stream'
import { setTimeout as sleep } from 'node:timers/promises'
import tls from 'node:tls'
import type { Protocol, Seen } from './observations.ts'
import { boundaryOf, Parts } from './parts.ts'

/** The address that a client connects to, and the origin that it requests. */
export interface Target {
  /** The origin of its requests. */
  url: URL
  /** The address that it connects to. */
  address: string
  protocol: Protocol
  localAddress?: string
}

const PATIENCE = 5000
/** Bytes of a body that are kept as text, so that a server cannot fill the memory. */
const MAX_TEXT_BYTES = 4_194_304
/** Bytes of a stream: hundreds of pictures, and some of the megabytes that probe whether a stream is still watched. */
const MAX_STREAM_BYTES = 67_108_864

/** A response whose body is still arriving. */
export interface OpenResponse extends Seen {
  /** Whether the header names are in lower case. */
  isLowerCase: boolean
  /** The performance.now() before the request. */
  requestedAt: number
  /** The performance.now() at which each picture was complete. */
  readonly pictures: readonly number[]
  /** The performance.now() at which it ended, for any reason. */
  readonly endedAt: number | undefined
  /** Resolves to true once the condition holds, and to false at the timeout or the end of the response. */
  until(condition: () => boolean, patience?: number): Promise<boolean>
  /** The whole body, once it has ended or has been cut at its limit. */
  text(): Promise<string>
  /** Closes it as a browser does: the connection, or over HTTP/2 only the stream. */
  close(): void
}

/** Sends requests to one server in one protocol, as a browser does: over HTTP/2 all on one connection. */
export class Client {
  readonly #target: Target
  readonly #open = new Set<() => void>()
  #session: http2.ClientHttp2Session | undefined

  constructor(target: Target) {
    this.#target = target
  }

  get origin(): string {
    return this.#target.url.origin
  }

  /** Sends a GET, and resolves when the head has arrived. @throws Error at the timeout. */
  async get(path: string, headers: Record<string, string>, patience = PATIENCE): Promise<OpenResponse> {
    const requestedAt = performance.now()
    const late = new AbortController()
    const lateness = sleep(patience, undefined, { signal: late.signal, ref: false }).then(() => {
      throw Object.assign(new Error(`no response within ${patience} ms`), { code: 'NO_RESPONSE' })
    })
    lateness.catch(() => {})
    const pending = this.#target.protocol === 'HTTP/2' ? this.#get2(path, headers) : this.#get1(path, headers)
    const close = () => {
      this.#open.delete(close)
      pending.close()
    }
    this.#open.add(close)
    try {
      const head = await Promise.race([pending.head, lateness])
      return toOpenResponse(head, requestedAt, close)
    } catch (error) {
      pending.head.catch(() => {})
      close()
      throw error
    } finally {
      late.abort()
    }
  }

  /** Closes all connections. */
  close(): void {
    for (const close of this.#open) close()
    this.#session?.destroy()
  }

  #get1(path: string, headers: Record<string, string>): PendingResponse {
    const { url } = this.#target
    const { request: send } = url.protocol === 'https:' ? https : http
    const request = send({
      ...secured(this.#target),
      path,
      agent: false,
      headers: { ...headers, Host: url.host },
    })
    const head = once(request, 'response').then(([response]: IncomingMessage[]): Received => {
      if (!response) throw new Error('no response')
      const names = response.rawHeaders.filter((_, index) => index % 2 === 0)
      const isLowerCase = names.every((name) => name === name.toLowerCase())
      return {
        status: response.statusCode ?? 0,
        headers: flat(response.headers),
        isLowerCase,
        body: response,
      }
    })
    // Closing before the head arrives causes an error that nothing waits for.
    request.on('error', () => {})
    request.end()
    return { head, close: () => request.destroy() }
  }

  #get2(path: string, headers: Record<string, string>): PendingResponse {
    const { url } = this.#target
    if (!this.#session || this.#session.destroyed) {
      const createConnection = () => tls.connect({ ...secured(this.#target), ALPNProtocols: ['h2'] })
      this.#session = http2.connect(url.origin, { createConnection })
      this.#session.on('error', () => {})
    }
    const stream = this.#session.request({ ':authority': url.host, ':path': path, ...headers })
    stream.on('error', () => {})
    const head = once(stream, 'response').then(([fields]: http2.IncomingHttpHeaders[]): Received => {
      const status = Number(fields?.[':status'])
      return { status, headers: flat(fields ?? {}), isLowerCase: false, body: stream }
    })
    return { head, close: () => stream.close(http2.constants.NGHTTP2_CANCEL) }
  }
}

interface PendingResponse {
  head: Promise<Received>
  close(): void
}

interface Received extends Seen {
  isLowerCase: boolean
  body: Readable
}

/** The connection options. A faulty certificate is a finding of its own, and must not end the examination. */
export function secured({
  url,
  address,
  localAddress,
}: Omit<Target, 'protocol'>): tls.ConnectionOptions & { localAddress?: string } {
  const name = url.hostname.replace(/^\[|\]$/g, '')
  const port = Number(url.port || (url.protocol === 'https:' ? 443 : 80))
  return {
    host: address,
    port,
    ...(localAddress && { localAddress }),
    // SNI does not allow addresses (RFC 6066, section 3).
    ...(name !== address && { servername: name }),
    rejectUnauthorized: false,
  }
}

function toOpenResponse({ body, ...head }: Received, requestedAt: number, close: () => void): OpenResponse {
  const boundary = boundaryOf(head.headers['content-type'])
  const parts = boundary === undefined ? undefined : new Parts(boundary)
  const pictures = parts?.arrivals ?? []
  const chunks: Buffer[] = []
  let endedAt: number | undefined
  const end = () => {
    endedAt ??= performance.now()
  }
  let left = parts ? MAX_STREAM_BYTES : MAX_TEXT_BYTES
  body.on('data', (bytes: Buffer) => {
    left -= bytes.length
    if (left < 0) {
      end()
      return close()
    }
    if (parts) parts.push(bytes)
    else chunks.push(bytes)
  })
  for (const event of ['end', 'close', 'error']) body.on(event, end)
  const until = async (condition: () => boolean, patience = PATIENCE) => {
    const deadline = performance.now() + patience
    while (!condition()) {
      if (endedAt !== undefined || performance.now() > deadline) return condition()
      await sleep(5)
    }
    return true
  }
  return {
    ...head,
    requestedAt,
    pictures,
    get endedAt() {
      return endedAt
    },
    until,
    text: async () => {
      await until(() => endedAt !== undefined)
      return Buffer.concat(chunks).toString()
    },
    close,
  }
}

function flat(headers: NodeJS.Dict<string | string[]>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).flatMap(([name, value]) =>
      value === undefined || name.startsWith(':') ? [] : [[name, [value].flat().join(', ')]],
    ),
  )
}
