import type { ServerResponse } from 'node:http'
import { STATUS_CODES } from 'node:http'
import { LRUCache } from 'lru-cache'
import type { ChannelSpec } from '../../channel/spec.ts'
import { PublicError, toSentence } from '../../errors.ts'
import type { Renderer } from '../../render/renderer.ts'
import { addressGroup } from '../../system/address-group.ts'
import { TokenBuckets } from '../../system/token-buckets.ts'
import { parseLook } from '../../widget/look.ts'
import type { Manifest } from '../../widget/manifest.ts'
import { roomOf } from '../../widget/room.ts'
import { PAGE, UNCACHED } from '../headers.ts'
import { isLocalReader } from '../local-reader.ts'
import { clientAddress, isHttp2 } from '../request.ts'
import { sendWhole } from '../send.ts'
import { type ErrorReport, toBadgeReport, toFailureReport, toFaultReport } from './error-report.ts'
import { readPageLook } from './page-look.ts'
import { type PageRequest, type Site, siteOf, toSite } from './site.ts'
import { type PageRoom, Views } from './views.ts'

/**
 * Browsers open six connections to a host over HTTP/1.1, so the gallery chooses which pictures are live. The three that do not
 * move: with a fourth that moves, two tabs of the gallery would use all six and no link would open. Two tabs with three need
 * four, once the older streams of pictures that rest have ended.
 */
const HTTP1_STREAMS = 3

const MAX_PATH_LENGTH = 120

/** Pages of one network that are rendered, at 2 to 3 ms each. */
const RENDERED_PAGES = { burst: 100, perSecond: 10 }
/** Galleries to keep, of 60 kB each: one for each name that the server is called by. */
const MAX_GALLERIES = 16

/** Milliseconds that the gallery shows the same words. */
const WORDS_KEPT = 5_000

/** The options that decide whether pages may show source. */
export interface SourceSettings {
  /** `auto`: if the server was started on a terminal. */
  showSource: 'auto' | 'on' | 'off'
  publicUrl: string | undefined
  trustProxy: string | undefined
}

/** Reads pictures in words. */
export interface WordsReader {
  /** The words of a picture; soon, and never rejects. @param network the network that the work is charged to. */
  words(manifest: Manifest, spec: ChannelSpec, network: string): Promise<string>
}

/** Sends server-rendered pages. */
export class Pages {
  readonly #views = new Views()
  readonly #rendered = new TokenBuckets(RENDERED_PAGES)
  /** As bytes: a client that never reads holds the same ones as all others. */
  readonly #galleries = new LRUCache<string, Buffer>({ max: MAX_GALLERIES })
  /** What the galleries that are kept were rendered from. */
  #known: Renderer['manifests'] | undefined
  #galleryAlts: Promise<ReadonlyMap<string, string>> | undefined
  /** The words in the galleries that are kept. */
  #galleryText = ''
  #wordsUntil = 0
  readonly #renderer: Renderer
  readonly #words: WordsReader
  readonly #public: Site | undefined
  readonly #showsSource: boolean

  /**
   * @param publicUrl the public address. @default that of each request
   * @param showsSource whether readers on this machine may see code.
   */
  constructor(renderer: Renderer, words: WordsReader, publicUrl: string | undefined, showsSource: boolean) {
    this.#showsSource = showsSource
    this.#renderer = renderer
    this.#words = words
    this.#public = toSite(publicUrl)
  }

  async gallery(request: PageRequest, response: ServerResponse): Promise<void> {
    const alts = await this.#galleryWords(addressGroup(clientAddress(request)))
    const { manifests, faults } = this.#renderer
    const live = isHttp2(request) ? undefined : HTTP1_STREAMS
    const broken = faults.map((fault) => ({
      name: fault.name,
      report: toFaultReport(fault, this.#isAuthor(request)),
    }))
    const failures = new Map(
      [...manifests].flatMap(([name, { key }]): [string, ErrorReport][] => {
        const failure = this.#failureOf(request, name, key.default)
        return failure ? [[name, failure]] : []
      }),
    )
    const widgets = [...manifests.values()]
    const site = this.#site(request)
    const render = () => {
      this.#countRendered(request)
      return this.#views.gallery(site, widgets, broken, { live, failures, alts })
    }
    this.#send(request, response, 200, this.#findGallery([site, live, broken, [...failures]], render))
  }

  async picture(
    request: PageRequest,
    response: ServerResponse,
    manifest: Manifest,
    room: PageRoom,
    query: URLSearchParams,
  ): Promise<void> {
    this.#countRendered(request)
    const right = readPageLook(manifest, room.extension ?? 'png', query).query
    const spec = { widget: manifest.name, key: room.key, look: parseLook(manifest, 'png', right) }
    const alt = await this.#words.words(manifest, spec, addressGroup(clientAddress(request)))
    const reports = {
      load: this.#faultReport(request, manifest.name),
      draw: toBadgeReport(manifest, room.key) ?? this.#failureOf(request, manifest.name, room.key),
    }
    const page = this.#views.picture(this.#site(request), manifest, room, query, reports, alt)
    this.#send(request, response, 200, page)
  }

  /** @param widget the page's widget: if its module does not load, the page shows the error. */
  error(request: PageRequest, response: ServerResponse, error: PublicError, widget?: string): void {
    const { status, message } = error
    const site = this.#site(request)
    const isMissing = status === 404 && widget !== undefined && !this.#renderer.manifests.has(widget)
    const report = isMissing ? this.#faultReport(request, widget) : undefined
    const words = report
      ? { title: 'This widget does not load', detail: `There are no pictures of ${widget} until it does.` }
      : { title: STATUS_CODES[status] ?? 'Error', detail: toSentence(message) }
    const asked = status === 404 && !report ? site.base + pathOf(request) : undefined
    const page = this.#views.error(site, { ...words, status, asked }, report)
    this.#send(request, response, error.status, page, error.headers)
  }

  /** Sends the reason why a click was refused: a line in a small frame, a page of its own without one. */
  refusedClick(
    request: PageRequest,
    response: ServerResponse,
    { status, message, headers }: PublicError,
  ): void {
    const page = this.#views.refusedClick(this.#site(request), toSentence(message))
    this.#send(request, response, status, page, { ...headers, ...UNCACHED })
  }

  /** The words of the gallery's pictures, by widget, read at most every few seconds. */
  #galleryWords(network: string): Promise<ReadonlyMap<string, string>> {
    const { manifests } = this.#renderer
    const isKept = this.#known === manifests && performance.now() < this.#wordsUntil
    if (isKept && this.#galleryAlts) return this.#galleryAlts
    this.#wordsUntil = performance.now() + WORDS_KEPT
    this.#galleryAlts = Promise.all(
      [...manifests.values()].map(async (manifest): Promise<[string, string]> => {
        const look = parseLook(manifest, 'png', new URLSearchParams())
        const spec = { widget: manifest.name, key: manifest.key.default, look }
        return [manifest.name, await this.#words.words(manifest, spec, network)]
      }),
    ).then((words) => {
      // Compared here, once for all requests of these seconds.
      const text = JSON.stringify(words)
      if (text !== this.#galleryText) this.#galleries.clear()
      this.#galleryText = text
      return new Map(words)
    })
    return this.#galleryAlts
  }

  /** @param facts all that the page shows besides the widgets and their words. */
  #findGallery(facts: unknown, render: () => string): Buffer {
    const { manifests } = this.#renderer
    if (this.#known !== manifests) this.#galleries.clear()
    this.#known = manifests
    const key = JSON.stringify(facts)
    const page = this.#galleries.get(key) ?? Buffer.from(render())
    this.#galleries.set(key, page)
    return page
  }

  /** @throws PublicError 429 for a network that has had many pages rendered. */
  #countRendered(request: PageRequest): void {
    if (this.#rendered.take(addressGroup(clientAddress(request)))) return
    throw new PublicError({ code: 'too-many-pages', status: 429, caption: 'too many pages, wait a little' })
  }

  #faultReport(request: PageRequest, widget: string): ErrorReport | undefined {
    const fault = this.#renderer.faults.find(({ name }) => name === widget)
    return fault && toFaultReport(fault, this.#isAuthor(request))
  }

  #failureOf(request: PageRequest, widget: string, key: string): ErrorReport | undefined {
    const failure = this.#renderer.failureOf(roomOf({ widget, key }))
    return failure && toFailureReport(failure, this.#isAuthor(request))
  }

  #isAuthor(request: PageRequest): boolean {
    return this.#showsSource && isLocalReader(request)
  }

  #site(request: PageRequest): Site {
    return this.#public ?? siteOf(request)
  }

  #send(
    request: PageRequest,
    response: ServerResponse,
    status: number,
    page: string | Buffer,
    extra = {},
  ): void {
    sendWhole(request, response, status, { ...PAGE, ...extra }, 'text/html; charset=utf-8', page)
  }
}

/** The beginning of the requested path, short enough to read. */
function pathOf({ url = '/' }: PageRequest): string {
  const [path = ''] = url.split('?')
  return path.length > MAX_PATH_LENGTH ? `${path.slice(0, MAX_PATH_LENGTH)}…` : path
}

/** Whether pages may show source: a server that has a proxy or a public address never does. */
export function showsSource({ showSource, publicUrl, trustProxy }: SourceSettings): boolean {
  if (publicUrl !== undefined || trustProxy !== undefined) return false
  return showSource === 'auto' ? process.stdout.isTTY === true : showSource === 'on'
}
