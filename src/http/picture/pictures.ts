import type { ServerResponse } from 'node:http'
import type { Channels } from '../../channel/channels.ts'
import type { EmbeddedReader } from '../../channel/embedded-reader.ts'
import type { ChannelSpec } from '../../channel/spec.ts'
import type { Store } from '../../cluster/store.ts'
import { PublicError, stopping, toPublicError } from '../../errors.ts'
import type { Cards } from '../../picture/cards.ts'
import type { Renderer } from '../../render/renderer.ts'
import { addressGroup } from '../../system/address-group.ts'
import { TokenBuckets } from '../../system/token-buckets.ts'
import type { NewRooms } from '../../viewer/new-rooms.ts'
import type { HitCounter } from '../../viewer/room-hits.ts'
import { parseLook, toStillLook } from '../../widget/look.ts'
import { deviceOf } from '../../widget/look-device.ts'
import type { Manifest } from '../../widget/manifest.ts'
import { roomOf } from '../../widget/room.ts'
import { readCacheSeconds, secondsUntil } from '../cache-seconds.ts'
import { formatOf, isPicture, type PageExtension } from '../extensions.ts'
import type { FailureLog } from '../failure-log.ts'
import type { ForwardingCheck } from '../forwarding-check.ts'
import { isLongUrl } from '../head-limits.ts'
import { keptWhole, lateFor } from '../headers.ts'
import type { Delivery } from '../negotiate.ts'
import { isBadge, warnOfOverlooked } from '../overlooked.ts'
import type { Pages } from '../page/pages.ts'
import { isPictureUrl } from '../picture-path.ts'
import { wantsPage, wantsProblem, wantsStatus200 } from '../purpose.ts'
import { clientAddress, type PictureRequest } from '../request.ts'
import { sendStill } from '../send.ts'
import { sendBareRefusal, sendErrorPicture, sendWrittenError, tooManyErrors } from '../send-error.ts'
import { parseStale, readStale } from '../stream/stale.ts'
import type { ShownStream, StreamDelivery, Streams } from '../stream/streams.ts'
import { AgedStills } from './aged-stills.ts'
import { Badges, type ReadBadge } from './badges.ts'
import { checkPicture } from './check-picture.ts'
import { badgePlace } from './error-place.ts'
import { isOwnPath } from './own-path.ts'
import type { PictureData } from './picture-data.ts'
import type { PictureObserver } from './picture-observer.ts'
import { ProxiedOnline } from './proxied-online.ts'
import { redirectToUnique } from './redirect-to-unique.ts'
import { checkReferrer } from './referrer.ts'
import { rereadPicture } from './reread-picture.ts'
import { type EmbeddedSpecs, roomsOfPicture } from './rooms-of-picture.ts'
import { StatusPictures } from './status-pictures.ts'
import { StatusStills } from './status-stills.ts'
import { kindOf, StillWaits, toShowable } from './still-waits.ts'
import { type RequestedPicture, readTarget, type Target } from './target.ts'

/** The parts that `Pictures` works with. */
export interface PicturesInit {
  renderer: Renderer
  channels: Channels
  embeddedReader: EmbeddedReader
  /** Reads statuses. */
  store: Pick<Store, 'get'>
  hits: HitCounter
  newRooms: NewRooms
  streams: Streams
  data: PictureData
  /** Milliseconds since a pushed picture was pushed, if it is late; else 0. */
  lateAge: (spec: ChannelSpec) => number
  pages: Pages
  cards: Cards
  forwarding: ForwardingCheck
  /** Milliseconds that caches may keep a still whose URL says nothing about it. */
  stillCache: number
  /** Hosts whose pages may show pictures; empty allows all. */
  allowReferrer: readonly string[]
  /** Whether new viewers are admitted. */
  isReady(): boolean
  failures: FailureLog
  observer: PictureObserver
}

/** Errors of one network that are sent with words; more are 429 without a body. */
const WORDED_REFUSALS = { perSecond: 20, burst: 200 }

/** Responds to every URL of a picture, over HTTP/1.1 and HTTP/2: with a stream, a still, data, a page or an error. */
export class Pictures {
  readonly #init: PicturesInit
  readonly #agedStills: AgedStills
  readonly #badges: Badges
  readonly #refusals = new TokenBuckets(WORDED_REFUSALS)
  readonly #statuses: StatusPictures
  readonly #statusStills: StatusStills
  readonly #online: ProxiedOnline
  readonly #waits = new StillWaits()

  constructor(init: PicturesInit) {
    this.#init = init
    this.#badges = new Badges(init.renderer, init.stillCache)
    this.#statuses = new StatusPictures(init.store)
    this.#agedStills = new AgedStills(init.failures)
    this.#statusStills = new StatusStills({ ...init, statuses: this.#statuses, agedStills: this.#agedStills })
    this.#online = new ProxiedOnline(init.store)
  }

  /** Whether a request target has the form of a picture's URL: such requests bypass Express. */
  isFor(url: string): boolean {
    return isPictureUrl(url) || this.#badges.isFor(url)
  }

  /** Whether a URL is one of this server's, by its first segment: the gallery, a widget, a path of the server's own. */
  isOwn(url: string): boolean {
    return isOwnPath(url, this.#init.renderer) || this.#badges.isFor(url)
  }

  /** Handles a request to its end. Never rejects. */
  async handle(request: PictureRequest, response: ServerResponse): Promise<void> {
    this.#init.forwarding.check(request)
    const badge = this.#badges.read(request.url ?? '')
    if (badge && (await this.#sendBadge(request, response, badge))) return
    const target = readTarget(request, this.#init.renderer)
    try {
      await this.#send(request, response, target)
    } catch (error) {
      this.#sendError(request, response, toPublicError(error), target)
    }
  }

  /** Sends a badge, unless a person opened its URL, who gets its page. Returns whether the request was for a badge. */
  async #sendBadge(request: PictureRequest, response: ServerResponse, read: ReadBadge): Promise<boolean> {
    const { isReady, allowReferrer, observer } = this.#init
    if (isLongUrl(request)) return false
    const { url, manifest } = read
    if (request.method !== 'GET' && request.method !== 'HEAD') return false
    const isPage =
      url.hasPage && isPicture(url.extension) && wantsPage(request.headers) && !url.query.has('delivery')
    if (isPage || (!url.isNamed && wantsProblem(request.headers, undefined))) return false
    const { extension } = url
    try {
      if (!isReady()) throw stopping()
      if (isPicture(extension)) checkReferrer(request.headers, allowReferrer)
      const sent = await this.#badges.send(request, response, url, manifest)
      if (sent) observer.sentStill(manifest.name, sent.status, sent.bytes)
    } catch (error) {
      const place = badgePlace(formatOf(extension), url.query)
      const target = { widget: manifest.name, extension, place }
      this.#sendError(request, response, toPublicError(error), target)
    }
    return true
  }

  #send(request: PictureRequest, response: ServerResponse, { result }: Target): void | Promise<void> {
    if (result instanceof PublicError) throw result
    if (!this.#init.isReady()) throw stopping()
    const { delivery, manifest, query } = result
    if (delivery.kind !== 'page') warnOfOverlooked(response, manifest, query)
    switch (delivery.kind) {
      case 'page':
        return this.#sendPage(request, response, result)
      case 'data':
      case 'words':
        return this.#sendData(request, response, result)
      case 'still':
        return this.#sendStill(request, response, result, delivery)
      case 'stream':
        return this.#sendStream(request, response, result, delivery)
    }
  }

  #sendPage(request: PictureRequest, response: ServerResponse, picture: RequestedPicture): Promise<void> {
    const { manifest, key, query } = picture
    const extension = picture.extension as PageExtension | undefined
    return this.#init.pages.picture(request, response, manifest, { key, extension }, query)
  }

  async #sendData(request: PictureRequest, response: ServerResponse, of: RequestedPicture): Promise<void> {
    const { manifest, key, query, delivery } = of
    const spec = { widget: manifest.name, key, look: parseLook(manifest, 'png', query) }
    await this.#check(manifest, spec, query)
    const { data, failures } = this.#init
    await data.send(request, response, { manifest, spec, isWords: delivery.kind === 'words', failures })
  }

  async #sendStill(
    request: PictureRequest,
    response: ServerResponse,
    { manifest, key, query }: RequestedPicture,
    { format }: Extract<Delivery, { kind: 'still' }>,
    isInPlace = false,
  ): Promise<void> {
    const { renderer, channels, hits, newRooms, observer, streams, allowReferrer, stillCache } = this.#init
    const network = addressGroup(clientAddress(request))
    checkReferrer(request.headers, allowReferrer)
    const look = toStillLook(manifest, parseLook(manifest, format, query))
    const spec = { widget: manifest.name, key, look }
    const embedded = await this.#check(manifest, spec, query)
    const seconds = readCacheSeconds(query, stillCache, isBadge(manifest))
    const reader = {
      viewerKey: () => streams.arrive(request).viewerKey,
      isProxied: wantsStatus200(request.headers),
    }
    const still = { spec, query, reader, network }
    if (this.#statuses.has(manifest) && (await this.#statusStills.send(request, response, still))) return
    const send = async () => {
      const shown = await this.#online.toShown(spec, manifest, request.headers)
      const channel = channels.open(shown, network)
      const kind = isInPlace ? 'in-place' : kindOf(manifest, look)
      const waiting = { headers: request.headers, network, kind } as const
      const shot = await this.#waits.wait(waiting, (wait) => channel.still(network, wait))
      if (shot.age !== undefined) return this.#agedStills.send(request, response, shot, look)
      const frame = toShowable(shot.frame, look)
      const kept = keptWhole(frame, seconds || (deviceOf(look) ? secondsUntil(channel.changesIn) : 0))
      const headers = { ...kept, ...lateFor(this.#init.lateAge(spec)) }
      return { status: sendStill(request, response, frame, headers), bytes: frame.bytes.length }
    }
    if (request.method === 'HEAD') return void (await send())
    await newRooms.check(roomsOfPicture(renderer.manifests, spec, embedded), network)
    // The picture shows its own hit, so the hit is counted first, and taken back if the drawing fails.
    const uncount = await hits.count(spec, reader)
    try {
      const { status, bytes } = await send()
      observer.sentStill(spec.widget, status, status === 200 ? bytes : 0)
    } catch (error) {
      await uncount()
      throw error
    }
  }

  async #sendStream(
    request: PictureRequest,
    response: ServerResponse,
    picture: RequestedPicture,
    delivery: StreamDelivery,
  ): Promise<void> {
    const { manifest, key, query } = picture
    const { renderer, streams, newRooms, allowReferrer } = this.#init
    checkReferrer(request.headers, allowReferrer)
    const spec = { widget: manifest.name, key, look: parseLook(manifest, delivery.format, query) }
    const reread = rereadPicture(renderer, spec, query)
    const embedded = await this.#check(manifest, spec, query)
    if (delivery.redirect && redirectToUnique(request, response)) return
    if (request.method === 'HEAD') return streams.sendHead(request, response)
    const network = addressGroup(clientAddress(request))
    await newRooms.check(roomsOfPicture(renderer.manifests, spec, embedded), network)
    const arrival = streams.arrive(request)
    const shown = { ...delivery, stale: readStale(query, manifest, delivery, spec.look), reread, arrival }
    if (!(await streams.openIfPlace(request, response, spec, shown)))
      return this.#sendWithoutPlace(request, response, picture, spec, shown)
  }

  /**
   * The viewer's browser streams as many pictures as it may. One that moves or counts takes the place of one that rests;
   * any other is a still, so that no picture of a page stays blank.
   */
  async #sendWithoutPlace(
    request: PictureRequest,
    response: ServerResponse,
    picture: RequestedPicture,
    spec: ChannelSpec,
    delivery: ShownStream,
  ): Promise<void> {
    const { streams, channels } = this.#init
    const { arrival } = delivery
    if (streams.canMakePlace(arrival)) {
      const network = addressGroup(clientAddress(request))
      const channel = channels.open(spec, network)
      // Only a drawing shows what a picture depends on. If it fails, the still shows the reason.
      const waiting = { headers: request.headers, network, kind: 'in-place' } as const
      await this.#waits.wait(waiting, (wait) => channel.still(network, wait)).catch(() => {})
      if (channel.isLively && streams.makePlace(arrival))
        return streams.open(request, response, spec, delivery)
    }
    // The picture shows its own reader.
    if (!picture.manifest.stateless) streams.noteVisit(arrival, roomOf(spec))
    const still = { kind: 'still', format: delivery.format } as const
    await this.#sendStill(request, response, picture, still, true)
  }

  /**
   * Has the widget check the parameters that only it can read. Returns the embedded pictures, as far as they are known in
   * time. @throws PublicError 400 if it finds a fault in time.
   */
  #check(manifest: Manifest, spec: ChannelSpec, query: URLSearchParams): Promise<EmbeddedSpecs> | undefined {
    parseStale(query)
    return checkPicture(this.#init.embeddedReader, manifest, spec)
  }

  #sendError(
    request: PictureRequest,
    response: ServerResponse,
    error: PublicError,
    { widget, extension, place }: Omit<Target, 'result'>,
  ): void {
    const isWorded = this.#refusals.take(addressGroup(clientAddress(request)))
    const shown = isWorded ? error : tooManyErrors(error)
    this.#init.observer.refused(shown)
    this.#init.failures.note(request, shown)
    if (response.headersSent) return void response.destroy()
    if (!isWorded) return sendBareRefusal(request, response, shown, extension)
    if (sendWrittenError(request, response, error, extension)) return
    if (wantsPage(request.headers)) return this.#init.pages.error(request, response, error, widget)
    if (widget !== undefined && widget === this.#badges.manifest?.name && place.format === 'svg')
      return this.#badges.sendError(request, response, error)
    sendErrorPicture(request, response, error, place, this.#init.cards)
  }
}
