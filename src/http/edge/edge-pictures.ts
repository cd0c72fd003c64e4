import type { ServerResponse } from 'node:http'
import type { Channels } from '../../channel/channels.ts'
import type { EmbeddedReader } from '../../channel/embedded-reader.ts'
import type { ChannelSpec } from '../../channel/spec.ts'
import { unreachable } from '../../edge/unreachable.ts'
import type { Upstream } from '../../edge/upstream.ts'
import { PublicError, stopping, toPublicError } from '../../errors.ts'
import type { Cards } from '../../picture/cards.ts'
import { addressGroup } from '../../system/address-group.ts'
import type { NewRooms } from '../../viewer/new-rooms.ts'
import { parseLook } from '../../widget/look.ts'
import { roomOf } from '../../widget/room.ts'
import type { FailureLog } from '../failure-log.ts'
import type { ForwardingCheck } from '../forwarding-check.ts'
import { warnOfOverlooked } from '../overlooked.ts'
import { checkPicture } from '../picture/check-picture.ts'
import type { PictureObserver } from '../picture/picture-observer.ts'
import { redirectToUnique } from '../picture/redirect-to-unique.ts'
import { checkReferrer } from '../picture/referrer.ts'
import { rereadPicture } from '../picture/reread-picture.ts'
import { roomsOfPicture } from '../picture/rooms-of-picture.ts'
import { type RequestedPicture, readTarget, type Target } from '../picture/target.ts'
import { isPictureUrl } from '../picture-path.ts'
import { clientAddress, type PictureRequest } from '../request.ts'
import { sendErrorPicture, sendWrittenError } from '../send-error.ts'
import { readStale } from '../stream/stale.ts'
import type { ShownStream, StreamDelivery, Streams } from '../stream/streams.ts'
import type { UpstreamProxy } from './upstream-proxy.ts'

/** The parts that `EdgePictures` works with. */
export interface EdgePicturesInit {
  upstream: Pick<Upstream, 'manifests' | 'faults' | 'fault'>
  proxy: Pick<UpstreamProxy, 'send'>
  channels: Channels
  embeddedReader: Pick<EmbeddedReader, 'read'>
  newRooms: NewRooms
  streams: Streams
  cards: Cards
  forwarding: ForwardingCheck
  /** Hosts whose pages may show pictures; empty allows all. */
  allowReferrer: readonly string[]
  /** Whether new viewers are admitted. */
  isReady(): boolean
  failures: FailureLog
  observer: PictureObserver
}

/** Milliseconds that a picture in place of another waits for its first frame. */
const IN_PLACE_PATIENCE = 10_000

/** Responds to every URL of a picture at an edge: streams come from its own channels, all else from the upstream. */
export class EdgePictures {
  readonly #init: EdgePicturesInit

  constructor(init: EdgePicturesInit) {
    this.#init = init
  }

  /** Whether a request target has the form of a picture's URL. */
  isFor(url: string): boolean {
    return isPictureUrl(url)
  }

  /** Handles a request to its end. Never rejects. */
  async handle(request: PictureRequest, response: ServerResponse): Promise<void> {
    const { forwarding, upstream } = this.#init
    forwarding.check(request)
    const target = readTarget(request, upstream)
    try {
      await this.#send(request, response, target)
    } catch (error) {
      this.#sendError(request, response, toPublicError(error), target)
    }
  }

  async #send(request: PictureRequest, response: ServerResponse, { result }: Target): Promise<void> {
    const { isReady, upstream, proxy } = this.#init
    if (!isReady()) throw stopping()
    // Without the widgets, the upstream would send a stream for each viewer.
    if (upstream.manifests.size === 0) throw unreachable(upstream.fault)
    if (result instanceof PublicError || result.delivery.kind !== 'stream' || request.method !== 'GET')
      return proxy.send(request, response)
    warnOfOverlooked(response, result.manifest, result.query)
    await this.#sendStream(request, response, result, result.delivery)
  }

  async #sendStream(
    request: PictureRequest,
    response: ServerResponse,
    { manifest, key, query }: RequestedPicture,
    delivery: StreamDelivery,
  ): Promise<void> {
    const { upstream, embeddedReader, streams, newRooms, allowReferrer } = this.#init
    checkReferrer(request.headers, allowReferrer)
    const spec = { widget: manifest.name, key, look: parseLook(manifest, delivery.format, query) }
    const reread = rereadPicture(upstream, spec, query)
    const embedded = await checkPicture(embeddedReader, manifest, spec)
    if (delivery.redirect && redirectToUnique(request, response)) return
    const network = addressGroup(clientAddress(request))
    await newRooms.check(roomsOfPicture(upstream.manifests, spec, embedded), network)
    const arrival = streams.arrive(request)
    const shown = { ...delivery, stale: readStale(query, manifest, delivery, spec.look), reread, arrival }
    if (await streams.openIfPlace(request, response, spec, shown)) return
    if (await this.#makePlace(spec, shown)) return streams.open(request, response, spec, shown)
    // The picture shows its own reader.
    if (!manifest.stateless) streams.noteVisit(arrival, roomOf(spec))
    const url = request.url ?? '/'
    await this.#init.proxy.send(request, response, `${url}${url.includes('?') ? '&' : '?'}delivery=still`)
  }

  /** Where a browser streams as many pictures as it may, one that moves or counts takes the place of one that rests. */
  async #makePlace(spec: ChannelSpec, { arrival }: ShownStream): Promise<boolean> {
    const { streams, channels } = this.#init
    if (!streams.canMakePlace(arrival)) return false
    const network = addressGroup(arrival.address)
    const channel = channels.open(spec, network)
    await channel.still(network, { warm: IN_PLACE_PATIENCE }).catch(() => {})
    return channel.isLively === true && streams.makePlace(arrival)
  }

  #sendError(
    request: PictureRequest,
    response: ServerResponse,
    error: PublicError,
    { extension, place }: Omit<Target, 'result'>,
  ): void {
    this.#init.observer.refused(error)
    this.#init.failures.note(request, error)
    if (response.headersSent) return void response.destroy()
    if (sendWrittenError(request, response, error, extension)) return
    sendErrorPicture(request, response, error, place, this.#init.cards)
  }
}
