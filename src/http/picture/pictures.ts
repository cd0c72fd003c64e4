import { randomBytes } from 'node:crypto'
import type { ServerResponse } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Logger } from 'pino'
import type { Channels } from '../../channel/channels.ts'
import { readShown } from '../../channel/shown.ts'
import type { ChannelSpec } from '../../channel/spec.ts'
import type { Cluster } from '../../cluster/cluster.ts'
import { notFound, PublicError, toPublicError } from '../../errors.ts'
import { Cards } from '../../picture/cards.ts'
import type { Job } from '../../render/protocol.ts'
import type { Renderer } from '../../render/renderer.ts'
import { parseLook, toStillLook } from '../../widget/look.ts'
import { type Manifest, usualLength } from '../../widget/manifest.ts'
import { roomOf } from '../../widget/room.ts'
import { logFailure } from '../error-handler.ts'
import { UNCACHED } from '../headers.ts'
import {
  type Delivery,
  EXTENSIONS,
  type Extension,
  looksLikeImage,
  negotiate,
  wantsPage,
  wantsProblem,
} from '../negotiate.ts'
import type { PageExtension } from '../page/page-look.ts'
import type { Pages } from '../page/pages.ts'
import { extensionOf, MAX_URL, type PicturePath, parsePicturePath } from '../picture-path.ts'
import type { PictureRequest } from '../request.ts'
import { sendJson, sendStill } from '../send.ts'
import { type CardPlace, sendErrorPicture, sendProblem, UNKNOWN_PLACE } from '../send-error.ts'
import type { Streams } from '../stream/streams.ts'
import { findManifest } from './find-manifest.ts'
import { checkReferrer } from './referrer.ts'

/** What answering for pictures takes. */
export interface PicturesInit {
  renderer: Renderer
  channels: Channels
  cluster: Cluster
  streams: Streams
  pages: Pages
  /** Hosts whose pages may show pictures; none allows all. */
  allowReferrer: readonly string[]
  /** Whether new viewers are taken. */
  isReady(): boolean
  log: Logger
  observer: PictureObserver
}

/** Told how requests for pictures end, for whoever counts it. */
export interface PictureObserver {
  /** A still was sent: all its bytes, or with a 304 none. */
  sentStill(widget: string, status: 200 | 304, bytes: number): void
  /** A request ended as an error, in whatever form that was told. */
  refused(error: PublicError): void
}

/** A request taken apart, as far as it could be read: errors are told in the picture's own format and size. */
interface Target {
  widget?: string
  extension?: Extension | undefined
  place: CardPlace
}

/** How long data may take, in milliseconds. */
const DATA_PATIENCE = 3_000

/** How long a first picture waits for a widget to read its parameters, in milliseconds; the rest is told in the picture. */
const READING_PATIENCE = 150

/** Endings of pictures that are not made here. */
const OTHER_FORMAT = /\.(avif|apng|bmp|heic|ico|jxl|tiff?)$/i

/** A request understood: what of which picture, and how. */
interface Order {
  manifest: Manifest
  path: PicturePath
  query: URLSearchParams
  delivery: Delivery
}

/** Answers every URL of a picture: stream, still, data, page, or what is wrong. */
export class Pictures {
  readonly #init: PicturesInit
  readonly #cards = new Cards()

  constructor(init: PicturesInit) {
    this.#init = init
  }

  async handle(request: PictureRequest, response: ServerResponse): Promise<void> {
    const target: Target = { place: UNKNOWN_PLACE }
    try {
      await this.#answer(request, response, target)
    } catch (error) {
      this.#sendError(request, response, toPublicError(error), target)
    }
  }

  async #answer(request: PictureRequest, response: ServerResponse, target: Target): Promise<void> {
    const url = toOriginForm(request.url ?? '/')
    const split = url.indexOf('?')
    const query = new URLSearchParams(split < 0 ? '' : url.slice(split))
    const pathname = split < 0 ? url : url.slice(0, split)
    // Whoever asks for data is told what is wrong as data, even where the path cannot be read.
    target.extension = extensionOf(pathname)
    if (url.length > MAX_URL) throw tooLong(url.length)
    checkMethod(request.method)
    const path = parsePicturePath(pathname)
    if (!path) throw notFound('there is nothing here')
    const { widget, extension } = path
    Object.assign(target, { widget, extension })
    const format = (extension && EXTENSIONS[extension]) ?? 'png'
    target.place = { ...target.place, format }
    if (!this.#init.isReady()) throw stopping()
    const manifest = this.#find(path, looksLikeImage(request.headers))
    target.place = placeOf(manifest, format)
    const delivery: Delivery = extension
      ? negotiate({ method: request.method ?? '', headers: request.headers, extension, query })
      : { kind: 'page' }
    await this.#deliver(request, response, { manifest, path, query, delivery })
  }

  async #deliver(request: PictureRequest, response: ServerResponse, order: Order): Promise<void> {
    const { channels, streams, pages, allowReferrer } = this.#init
    const { manifest, path, query, delivery } = order
    const { key } = path
    const widget = manifest.name
    if (delivery.kind === 'page') {
      const extension = path.extension as PageExtension | undefined
      return pages.picture(request, response, manifest, { key, extension }, query)
    }
    if (delivery.kind === 'data') return this.#sendData(request, response, manifest, key, query)
    checkReferrer(request.headers, allowReferrer)
    const wanted = parseLook(manifest, delivery.format, query)
    const look = delivery.kind === 'still' ? toStillLook(manifest, wanted) : wanted
    const spec = await this.#read(manifest, { widget, key, look })
    if (delivery.kind === 'still') return this.#sendStill(request, response, spec)
    if (request.method === 'HEAD') return streams.sendHead(request, response)
    if (delivery.redirect && redirectToUnique(request, response)) return
    streams.open(request, response, spec, delivery, () => {
      const channel = channels.open(spec)
      // Here the viewer is admitted and nothing is drawn for it yet.
      void this.#init.cluster.hits.count(roomOf(spec))
      return channel
    })
  }

  /** Has the widget read what only it can read. @throws PublicError 400 for what is wrong, if that is known in time. */
  async #read(manifest: Manifest, spec: ChannelSpec): Promise<ChannelSpec> {
    if (!manifest.reads) return spec
    const shown = readShown(this.#init.renderer, spec)
    shown.catch(() => {})
    await Promise.race([shown, sleep(READING_PATIENCE, undefined, { ref: false })])
    return { ...spec, shown }
  }

  /** The asker's own hit is in the picture, so it is counted first, and taken back from one that fails. */
  async #sendStill(request: PictureRequest, response: ServerResponse, spec: ChannelSpec): Promise<void> {
    const { channels, cluster, observer } = this.#init
    const room = roomOf(spec)
    if (request.method === 'HEAD') return void sendStill(request, response, await channels.open(spec).still())
    await cluster.hits.count(room)
    try {
      const frame = await channels.open(spec).still()
      const status = sendStill(request, response, frame)
      observer.sentStill(spec.widget, status, status === 200 ? frame.bytes.length : 0)
    } catch (error) {
      await cluster.hits.uncount(room)
      throw error
    }
  }

  async #sendData(
    request: PictureRequest,
    response: ServerResponse,
    manifest: Manifest,
    key: string,
    query: URLSearchParams,
  ): Promise<void> {
    const { cluster, channels } = this.#init
    const job = { widget: manifest.name, key, look: parseLook(manifest, 'png', query) }
    await this.#read(manifest, job)
    const room = roomOf(job)
    const counts = await cluster.presence.counts(room)
    const data = manifest.hasData
      ? await this.#askData({ ...job, ...counts, time: Date.now(), pushed: channels.pushed(job) })
      : { room, connections: counts.connections, visitors: counts.visitors, peak: counts.peak }
    sendJson(request, response, 200, data ?? null)
  }

  async #askData(job: Omit<Job, 'output'>): Promise<unknown> {
    let waiting = true
    try {
      return await within(
        DATA_PATIENCE,
        this.#init.renderer.data(job, () => Number(waiting)),
      )
    } finally {
      waiting = false
    }
  }

  #find({ widget, key, extension }: PicturePath, image: boolean): Manifest {
    const { manifests, faults } = this.#init.renderer
    if (faults.some(({ name }) => name === widget) && !manifests.has(widget))
      throw notFound(`${widget} does not load`)
    const manifest = findManifest(manifests, widget)
    // An img cannot show a page: say what is missing instead. Who asks for a BMP does not mean a key `x.bmp` either.
    if (extension === undefined && (image || OTHER_FORMAT.test(key))) {
      throw notFound(
        `${widget}/${key}: a picture needs an ending, one of ${Object.keys(EXTENSIONS).join(', ')}`,
      )
    }
    return manifest
  }

  #sendError(
    request: PictureRequest,
    response: ServerResponse,
    error: PublicError,
    { widget, extension, place }: Target,
  ): void {
    this.#init.observer.refused(error)
    logFailure(this.#init.log, request, error)
    if (response.headersSent) return void response.destroy()
    if (wantsProblem(request.headers, extension)) return sendProblem(request, response, error)
    if (wantsPage(request.headers)) return this.#init.pages.error(request, response, error, widget)
    sendErrorPicture(request, response, error, place, this.#cards)
  }
}

/**
 * Sends Firefox to a URL of its own; relative to the last segment, so that it holds behind any mount or proxy. Not
 * where that URL would be too long to be asked for: answers whether it was done.
 */
function redirectToUnique(request: PictureRequest, response: ServerResponse): boolean {
  const [path = '', query = ''] = (request.url ?? '').split(/\?(.*)/s)
  const last = path.slice(path.lastIndexOf('/') + 1)
  const unique = `v=${randomBytes(6).toString('base64url')}`
  const location = `${last}?${query === '' ? unique : `${query}&${unique}`}`
  if (path.length + location.length - last.length > MAX_URL) return false
  response.writeHead(302, { ...UNCACHED, Location: location, 'Content-Length': 0 }).end()
  return true
}

/** Strips `http://host` off a request target in absolute form (RFC 9112, section 3.2.2). */
function toOriginForm(target: string): string {
  return target.replace(/^https?:\/\/[^/?]*/i, '')
}

/** Rejects with a 503 where a promise takes longer than so many milliseconds. */
async function within<T>(patience: number, promise: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(tooSlow()), patience)
  })
  return Promise.race([promise, late]).finally(() => clearTimeout(timer))
}

function tooSlow(): PublicError {
  return new PublicError({
    code: 'too-slow',
    status: 503,
    caption: 'the data takes too long, try again later',
    headers: { 'Retry-After': '10' },
  })
}

function placeOf({ size }: Manifest, format: CardPlace['format']): CardPlace {
  return { format, width: usualLength(size.width), height: usualLength(size.height) }
}

function checkMethod(method: string | undefined): void {
  if (method === 'GET' || method === 'HEAD') return
  throw new PublicError({
    code: 'method-not-allowed',
    status: 405,
    caption: `expected GET or HEAD, got ${method}`,
    headers: { Allow: 'GET, HEAD' },
  })
}

function stopping(): PublicError {
  return new PublicError({
    code: 'stopping',
    status: 503,
    caption: 'the server is stopping',
    headers: { 'Retry-After': '5' },
  })
}

function tooLong(length: number): PublicError {
  const caption = `expected a URL of at most ${MAX_URL} characters, got ${length}`
  return new PublicError({ code: 'uri-too-long', status: 414, caption })
}
