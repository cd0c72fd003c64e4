import type { Channel } from '../channel/channel.ts'
import type { Channels } from '../channel/channels.ts'
import { type ChannelSpec, channelId } from '../channel/spec.ts'
import { END_REASONS, type EndReason } from '../channel/viewer.ts'
import type { Identity, ViewerKeys } from '../cluster/viewer-key.ts'
import { stopping, toPublicError } from '../errors.ts'
import type { Cards } from '../picture/cards.ts'
import { addressGroup } from '../system/address-group.ts'
import type { SocketOptions, StreamSocket } from '../system/socket-options.ts'
import { type CountedSocket, toEndpoint } from '../system/socket-table.ts'
import type { Look } from '../widget/look.ts'
import { deviceOf } from '../widget/look-device.ts'
import { roomOf } from '../widget/room.ts'
import { Admission, type AdmissionLimits } from './admission.ts'
import type { Client } from './client.ts'
import type { LivePictures } from './live-pictures.ts'
import type { Memberships, PictureMembership } from './memberships.ts'
import type { HitCounter } from './room-hits.ts'
import { type SharedConnection, SharedConnections } from './shared-connections.ts'
import { type RoomTraffic, type Traffic, TrafficBook } from './traffic.ts'
import { type Endpoint, type Reread, type SessionHost, ViewerSession } from './viewer-session.ts'

/** The options of `Viewers`. */
export interface ViewersInit {
  channels: Channels
  memberships: Memberships
  hits: Pick<HitCounter, 'count'>
  viewerKeys: Pick<ViewerKeys, 'keyOf'>
  socketOptions: SocketOptions
  livePictures: LivePictures
  cards: Pick<Cards, 'error'>
  limits: AdmissionLimits
}

/** The viewer's properties that its request shows. */
export interface Arrival {
  address: string
  /** Names the person: a keyed hash. */
  viewerKey: string
  client: Client
  /** Whether it is a browser that opens six connections to this host and no more. */
  hasSixConnections: boolean
  /** Whether it certainly runs on this machine, with a page of this server, so that its viewer key is no crowd's. */
  isLocal: boolean
  /** Its connection, if that carries many streams: of HTTP/2. */
  shared: SharedConnection | undefined
  /** Whether its page may stay in a back/forward cache, from which a probe evicts it. */
  canBeProbed: boolean
  socket: StreamSocket & Endpoint
}

/** The viewers of a room on this server. */
export interface RoomViewers {
  /** The look and the program of each of them. */
  streams: { look: Look; client: Client }[]
  /** The traffic to them and to earlier viewers since the room was last unwatched; undefined if it is unwatched. */
  sent: Readonly<RoomTraffic> | undefined
}

/**
 * Every viewer of this process, whatever the transport: admits them, counts them in their rooms, shows them their
 * channels, and counts why they ended. A transport calls `admit`, builds a viewer, calls the session's `start`, and
 * calls its `end` with the reason when the connection is over.
 */
export class Viewers implements SessionHost {
  readonly #init: ViewersInit
  readonly #admission: Admission
  readonly #shared = new SharedConnections()
  readonly #sessions = new Map<ViewerSession, () => void>()
  readonly #traffic = new TrafficBook()
  readonly #ended = Object.fromEntries(END_REASONS.map((reason) => [reason, 0])) as Record<EndReason, number>
  #isClosing = false
  #onEmpty: (() => void) | undefined

  constructor(init: ViewersInit) {
    this.#init = init
    this.#admission = new Admission(init.limits)
  }

  /** The number of viewers. */
  get size(): number {
    return this.#sessions.size
  }

  /** The number of ended viewers since the start, by reason. */
  get ended(): Readonly<Record<EndReason, number>> {
    return this.#ended
  }

  /** The traffic since the start, by widget. */
  get traffic(): ReadonlyMap<string, Readonly<Traffic>> {
    return this.#traffic.byWidget()
  }

  /** The viewers of a room's own pictures. Viewers who see it inside another picture are in that picture's room. */
  ofRoom(room: string): RoomViewers {
    const streams: RoomViewers['streams'] = []
    for (const { spec, client } of this.#sessions.keys())
      if (roomOf(spec) === room) streams.push({ look: spec.look, client })
    return { streams, sent: this.#traffic.ofRoom(room) }
  }

  /** The traffic to a room's viewers since it was last unwatched; undefined if it is unwatched. */
  sentTo(room: string): Readonly<RoomTraffic> | undefined {
    return this.#traffic.ofRoom(room)
  }

  /** The sockets of all viewers, with the number of sessions on each. */
  sockets(): CountedSocket[] {
    const sockets = new Map<string, CountedSocket>()
    for (const { localPort = 0, remoteAddress = '', remotePort = 0 } of this.#sessions.keys()) {
      const remote = toEndpoint(remoteAddress, remotePort)
      const known = sockets.get(`${localPort} ${remote}`)
      if (known) known.streams += 1
      else sockets.set(`${localPort} ${remote}`, { localPort, remote, streams: 1 })
    }
    return [...sockets.values()]
  }

  /**
   * Admits a viewer of a picture and counts a hit. The caller must call `end` on the session, once started or not.
   * @param reread reads the viewer's URL again when code has changed. @default it means the same picture
   * @throws PublicError 429 or 503 if a limit is reached or the server stops. Nothing is counted then but the refusal.
   */
  admit(spec: ChannelSpec, arrival: Arrival, reread: Reread = () => spec): ViewerSession {
    const network = addressGroup(arrival.address)
    const { channel, release } = this.#enter(spec, network)
    const { hits, socketOptions, livePictures } = this.#init
    const room = roomOf(spec)
    void hits.count(spec, { viewerKey: () => arrival.viewerKey })
    socketOptions.apply(arrival.socket)
    const session = new ViewerSession({
      host: this,
      spec,
      reread,
      channel,
      network,
      viewerKey: arrival.viewerKey,
      client: arrival.client,
      socket: arrival.socket,
      traffic: this.#traffic.enter(spec.widget, room),
    })
    const forget = arrival.hasSixConnections
      ? livePictures.add(session.viewerKey, channelId(spec), session, arrival.isLocal)
      : undefined
    const leave = arrival.shared && this.#shared.add(arrival.shared, channelId(spec))
    this.#sessions.set(session, () => {
      release()
      forget?.()
      leave?.()
    })
    return session
  }

  /**
   * Whether a viewer may stream a picture. A browser that streams as many different pictures as it may over HTTP/1.1 gets
   * a still: its six connections are needed for the rest of the page, and for links. The same holds for the streams of
   * its connection over HTTP/2, and where the address has as many pictures open as it may.
   */
  hasPlace(spec: ChannelSpec, { hasSixConnections, shared, viewerKey, address }: Arrival): boolean {
    const picture = channelId(spec)
    if (hasSixConnections) return this.#init.livePictures.hasPlace(viewerKey, picture)
    if (!shared) return true
    return this.#shared.hasPlace(shared, picture) && this.#admission.hasPlace(addressGroup(address))
  }

  /** The key that names the person who made a request: a keyed hash. */
  keyOf(identity: Identity): string {
    return this.#init.viewerKeys.keyOf(identity)
  }

  /** Shows every viewer the picture that its URL means now, because code has changed. */
  renew(): void {
    const { channels, cards } = this.#init
    for (const session of this.#sessions.keys()) {
      session.renew(
        (spec, network) => channels.open(spec, network),
        ({ look }, error) => cards.error({ ...look, device: deviceOf(look) }, toPublicError(error).caption),
      )
    }
  }

  joinRooms({ spec, viewerKey }: ViewerSession): PictureMembership {
    return this.#init.memberships.join(spec, viewerKey)
  }

  onEnd(session: ViewerSession, reason: EndReason): void {
    this.#sessions.get(session)?.()
    this.#sessions.delete(session)
    this.#traffic.leave(roomOf(session.spec))
    this.#ended[reason] += 1
    if (this.#sessions.size === 0) this.#onEmpty?.()
  }

  /**
   * Refuses new viewers, ends all others, and resolves when all have received their last picture. `timeout` milliseconds
   * after the call, the remaining connections are closed.
   */
  async close(timeout: number): Promise<void> {
    const end = performance.now() + timeout
    this.#isClosing = true
    await this.#init.channels.close()
    if (this.size > 0) await this.#untilEmpty(Math.max(0, end - performance.now()))
    for (const session of this.#sessions.keys()) session.cutOff()
  }

  #enter(spec: ChannelSpec, network: string): { channel: Channel; release: () => void } {
    let release: (() => void) | undefined
    try {
      if (this.#isClosing) throw stopping()
      release = this.#admission.admit(network)
      return { channel: this.#init.channels.open(spec, network), release }
    } catch (error) {
      release?.()
      this.#ended.refused += 1
      throw error
    }
  }

  async #untilEmpty(timeout: number): Promise<void> {
    let timer: NodeJS.Timeout | undefined
    await new Promise<void>((resolve) => {
      this.#onEmpty = resolve
      timer = setTimeout(resolve, timeout)
    })
    clearTimeout(timer)
  }
}
