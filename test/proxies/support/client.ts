import { once } from 'node:events'
import type { IncomingMessage } from 'node:http'
import http2 from 'node:http2'
import https from 'node:https'
import type { Readable } from 'node:stream'
import tls from 'node:tls'
import { boundaryOf, MultipartParser, type Part } from '../../support/multipart.ts'
import { webkit } from '../../support/stream-reader.ts'
import { HOST_NAME } from './configurations.ts'
import type { RunningProxy } from './proxy.ts'

export const PROTOCOLS = ['HTTP/1.1', 'HTTP/2'] as const
export type Protocol = (typeof PROTOCOLS)[number]

/** A picture as a browser sees it through a proxy. */
export interface Viewer {
  status: number
  headers: Record<string, unknown>
  parts: Part[]
  /** The performance.now() before the connection was begun. */
  readonly askedAt: number
  /** Whether the closing boundary came. */
  readonly closed: boolean
  /** The performance.now() at which the response ended, however it did. */
  readonly endedAt: number | undefined
  /** Whether it ended as HTTP wants it to. */
  readonly complete: boolean
  /** Resolves when the predicate holds, or is false after the timeout. */
  until(predicate: (viewer: Viewer) => boolean, timeout?: number): Promise<boolean>
  /** Lets go of the picture: of its connection, or over HTTP/2 only of its stream. */
  close(): void
}

/** The options of a viewer's request. */
export interface ViewerOptions {
  protocol: Protocol
  headers?: Record<string, string>
  localAddress?: string
  /** An HTTP/2 connection that is there already. */
  session?: http2.ClientHttp2Session
}

/** Opens a picture through a proxy, over TLS; resolves when the response's head is there. */
export async function openViewer(proxy: RunningProxy, path: string, options: ViewerOptions): Promise<Viewer> {
  const viewer = new ProxiedViewer()
  const headers = { ...webkit, ...options.headers }
  await (options.protocol === 'HTTP/2'
    ? openOverHttp2(
        viewer,
        options.session ?? connectHttp2(proxy, options.localAddress),
        path,
        headers,
        !options.session,
      )
    : openOverHttp1(viewer, proxy, path, { ...headers, Host: HOST_NAME }, options.localAddress))
  return viewer
}

/** An HTTP/2 connection to a proxy. */
export function connectHttp2(proxy: RunningProxy, localAddress?: string): http2.ClientHttp2Session {
  const session = http2.connect(`https://${HOST_NAME}`, {
    createConnection: () => tls.connect({ ...target(proxy, localAddress), ALPNProtocols: ['h2'] }),
  })
  session.on('error', () => {})
  return session
}

/** Reads a page through a proxy, as a browser does that opens its address. */
export async function readPage(proxy: RunningProxy, path: string): Promise<string> {
  const headers = { Host: HOST_NAME, Accept: 'text/html' }
  const [response] = (await once(
    https.get({ ...target(proxy), path, headers, agent: false }),
    'response',
  )) as [IncomingMessage]
  let text = ''
  for await (const chunk of response.setEncoding('utf8')) text += chunk
  return text
}

/** The application protocol that a proxy chooses when it is offered both. */
export async function negotiated(proxy: RunningProxy): Promise<string> {
  const socket = tls.connect({ ...target(proxy), ALPNProtocols: ['h2', 'http/1.1'] })
  await once(socket, 'secureConnect')
  const { alpnProtocol } = socket
  socket.destroy()
  return alpnProtocol || 'none'
}

function target(
  { host, port, ca }: RunningProxy,
  localAddress?: string,
): tls.ConnectionOptions & { localAddress?: string } {
  return { host, port, ca, servername: HOST_NAME, ...(localAddress && { localAddress }) }
}

async function openOverHttp1(
  viewer: ProxiedViewer,
  proxy: RunningProxy,
  path: string,
  headers: Record<string, string>,
  localAddress: string | undefined,
): Promise<void> {
  const request = https.get({ ...target(proxy, localAddress), path, headers, agent: false })
  request.on('error', () => viewer.end())
  const [response] = (await once(request, 'response')) as [IncomingMessage]
  viewer.status = response.statusCode ?? 0
  viewer.headers = response.headers
  viewer.read(response, () => response.complete)
  viewer.close = () => void request.destroy()
}

async function openOverHttp2(
  viewer: ProxiedViewer,
  session: http2.ClientHttp2Session,
  path: string,
  headers: Record<string, string>,
  own: boolean,
): Promise<void> {
  const stream = session.request({ ':authority': HOST_NAME, ':path': path, ...headers })
  stream.on('error', () => viewer.end())
  const [head] = (await once(stream, 'response')) as [http2.IncomingHttpHeaders & { ':status'?: number }]
  viewer.status = head[':status'] ?? 0
  viewer.headers = head
  viewer.read(stream, () => stream.rstCode === http2.constants.NGHTTP2_NO_ERROR && stream.readableEnded)
  viewer.close = () => stream.close(http2.constants.NGHTTP2_CANCEL)
  if (own) stream.once('close', () => session.destroy())
}

class ProxiedViewer implements Viewer {
  status = 0
  headers: Record<string, unknown> = {}
  readonly askedAt = performance.now()
  endedAt: number | undefined
  close: () => void = () => {}
  #parser: MultipartParser | undefined
  #isComplete: () => boolean = () => false
  readonly #listeners = new Set<() => void>()

  get parts(): Part[] {
    return this.#parser?.parts ?? []
  }

  get closed(): boolean {
    return this.#parser?.closed ?? false
  }

  get complete(): boolean {
    return this.#isComplete()
  }

  read(body: Readable, isComplete: () => boolean): void {
    this.#isComplete = isComplete
    const boundary = boundaryOf(String(this.headers['content-type']))
    if (boundary !== undefined) this.#parser = new MultipartParser(boundary)
    body.on('data', (bytes: Buffer) => {
      this.#parser?.push(bytes)
      this.#notify()
    })
    body.on('error', () => this.end())
    body.on('end', () => this.end())
    body.on('close', () => this.end())
  }

  end(): void {
    this.endedAt ??= performance.now()
    this.#notify()
  }

  until(predicate: (viewer: Viewer) => boolean, timeout = 10_000): Promise<boolean> {
    return new Promise((resolve) => {
      const settle = (result: boolean) => {
        clearTimeout(timer)
        this.#listeners.delete(listener)
        resolve(result)
      }
      const listener = () => void (predicate(this) && settle(true))
      const timer = setTimeout(() => settle(false), timeout)
      this.#listeners.add(listener)
      listener()
    })
  }

  #notify(): void {
    for (const listener of [...this.#listeners]) listener()
  }
}
