import type { ServerResponse } from 'node:http'
import { STATUS_CODES } from 'node:http'
import type { PublicError } from '../errors.ts'
import type { Renderer } from '../render/renderer.ts'
import type { Manifest } from '../widget/manifest.ts'
import { isHttp2 } from './connection.ts'
import { isLocalReader } from './local-reader.ts'
import { sendWhole } from './send.ts'
import type { PictureRequest } from './streams.ts'
import { type Trouble, toFailureTrouble, toFaultTrouble } from './trouble.ts'
import { type PageRoom, type Site, Views } from './views.ts'

const HEADERS: Readonly<Record<string, string>> = {
  'Cache-Control': 'no-cache',
  'Content-Security-Policy':
    "default-src 'none'; img-src 'self'; style-src 'self'; form-action 'self'; base-uri 'none'",
  'Referrer-Policy': 'strict-origin-when-cross-origin',
  'X-Content-Type-Options': 'nosniff',
  // Unlike a picture's, a page's answer to one reader is not to be kept for another kind of reader.
  Vary: 'Accept, Sec-Fetch-Dest, User-Agent',
}

/**
 * Browsers open six connections to a host over HTTP/1.1. With all of them streaming nothing else would load, not even
 * the page behind a link: one is left free, and pictures past the fifth are stills there.
 */
const HTTP1_STREAMS = 5

/** Express's additions that pages need to know their own address. */
interface PageRequest extends PictureRequest {
  baseUrl?: string
  protocol?: string
}

/** Answers with server-rendered pages. */
export class Pages {
  readonly #views = new Views()
  readonly #renderer: Renderer
  readonly #public: Site | undefined

  /** @param publicUrl the address that the outside knows; else each request's own is taken. */
  constructor(renderer: Renderer, publicUrl: string | undefined) {
    this.#renderer = renderer
    // A proxy that gives the router another path than it is mounted on says so by the public address.
    this.#public = publicUrl
      ? { url: publicUrl, base: new URL(publicUrl).pathname.replace(/\/$/, '') }
      : undefined
  }

  gallery(request: PageRequest, response: ServerResponse): void {
    const { manifests, faults } = this.#renderer
    const live = isHttp2(request) ? undefined : HTTP1_STREAMS
    const broken = faults.map((fault) => ({
      name: fault.name,
      trouble: toFaultTrouble(fault, this.#isAuthor(request)),
    }))
    const page = this.#views.gallery(this.#site(request), [...manifests.values()], broken, { live })
    this.#send(request, response, 200, page)
  }

  picture(
    request: PageRequest,
    response: ServerResponse,
    manifest: Manifest,
    room: PageRoom,
    query: URLSearchParams,
  ): void {
    const failure = this.#renderer.failureOf(`${manifest.name}/${room.key}`)
    const troubles = {
      load: this.#troubleOf(request, manifest.name),
      draw: failure && toFailureTrouble(failure, this.#isAuthor(request)),
    }
    const page = this.#views.picture(this.#site(request), manifest, room, query, troubles)
    this.#send(request, response, 200, page)
  }

  /** @param widget whose page it would have been: where its module does not load, the page tells why. */
  error(request: PageRequest, response: ServerResponse, error: PublicError, widget?: string): void {
    const { status, message } = error
    const words = { status, title: STATUS_CODES[status] ?? 'Error', detail: message }
    const isMissing = status === 404 && widget !== undefined && !this.#renderer.manifests.has(widget)
    const trouble = isMissing ? this.#troubleOf(request, widget) : undefined
    const page = this.#views.error(this.#site(request), words, trouble)
    this.#send(request, response, error.status, page, error.headers)
  }

  #troubleOf(request: PageRequest, widget: string): Trouble | undefined {
    const fault = this.#renderer.faults.find(({ name }) => name === widget)
    return fault && toFaultTrouble(fault, this.#isAuthor(request))
  }

  /** A server with an address for the outside world has no authors at work. */
  #isAuthor(request: PageRequest): boolean {
    return !this.#public && isLocalReader(request)
  }

  #site({ baseUrl: base = '', protocol = 'http', headers }: PageRequest): Site {
    return this.#public ?? { base, url: `${protocol}://${headers.host ?? 'localhost'}${base}` }
  }

  #send(request: PageRequest, response: ServerResponse, status: number, page: string, extra = {}): void {
    sendWhole(request, response, status, { ...HEADERS, ...extra }, 'text/html; charset=utf-8', page)
  }
}
