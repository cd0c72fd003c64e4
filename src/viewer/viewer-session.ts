import type { Socket } from 'node:net'
import type { Channel } from '../channel/channel.ts'
import { type ChannelSpec, channelId } from '../channel/spec.ts'
import type { EndReason, Viewer } from '../channel/viewer.ts'
import type { Frame } from '../picture/frame.ts'
import type { Client } from './client.ts'
import type { LiveStream } from './live-pictures.ts'
import type { PictureMembership } from './memberships.ts'
import type { Traffic } from './traffic.ts'

/** Both ends of a viewer's socket. They are read at the start: a closed socket no longer knows them. */
export type Endpoint = Readonly<Pick<Socket, 'localPort' | 'remoteAddress' | 'remotePort'>>

/** A viewer whose connection can be closed. */
export interface SessionViewer extends Viewer {
  /** Closes the connection at once. */
  destroy(): void
}

/** The parts that the sessions of one server share. */
export interface SessionHost {
  /** Counts a session in the rooms of its picture. */
  joinRooms(session: ViewerSession): PictureMembership
  /** A session has ended. Called once a session, before it leaves its rooms and its channel. */
  onEnd(session: ViewerSession, reason: EndReason): void
}

/**
 * Reads the viewer's URL again, because code has changed: the picture that it means now.
 * @throws PublicError if it has become wrong.
 */
export type Reread = () => ChannelSpec

/** The options of a session. */
export interface ViewerSessionInit {
  host: SessionHost
  spec: ChannelSpec
  reread: Reread
  channel: Channel
  /** What its part of the drawings is charged to. */
  network: string
  /** Names the person: a keyed hash. */
  viewerKey: string
  client: Client
  socket: Endpoint
  /** Where the transport counts what it sends. */
  traffic: Traffic
}

/** One admitted viewer of one picture, from its admission to its end, over any transport. */
export class ViewerSession implements LiveStream {
  readonly viewerKey: string
  readonly client: Client
  readonly traffic: Traffic
  readonly localPort: number | undefined
  readonly remoteAddress: string | undefined
  readonly remotePort: number | undefined
  readonly #host: SessionHost
  readonly #reread: Reread
  readonly #network: string
  #spec: ChannelSpec
  #channel: Channel
  #viewer: SessionViewer | undefined
  #rooms: PictureMembership | undefined
  #leaveChannel: (() => void) | undefined
  #hasEnded = false

  constructor({
    host,
    spec,
    reread,
    channel,
    network,
    viewerKey,
    client,
    socket,
    traffic,
  }: ViewerSessionInit) {
    this.#spec = spec
    this.#reread = reread
    this.viewerKey = viewerKey
    this.client = client
    this.traffic = traffic
    this.localPort = socket.localPort
    this.remoteAddress = socket.remoteAddress
    this.remotePort = socket.remotePort
    this.#host = host
    this.#channel = channel
    this.#network = network
  }

  /** The picture that the viewer is shown. */
  get spec(): ChannelSpec {
    return this.#spec
  }

  /** Counts the viewer in and shows it the channel. Does nothing after the end. */
  start(viewer: SessionViewer): void {
    if (this.#hasEnded) return
    this.#viewer = viewer
    // Rooms first: the channel draws the counts as they are when it is joined.
    this.#rooms = this.#host.joinRooms(this)
    this.#leaveChannel = this.#channel.join(viewer, this.#network)
  }

  /** Counts the viewer out. Only the first call has an effect, so the first reason is the one that is counted. */
  end(reason: EndReason): void {
    if (this.#hasEnded) return
    this.#hasEnded = true
    this.#host.onEnd(this, reason)
    this.#rooms?.leave(reason)
    this.#leaveChannel?.()
  }

  /**
   * Call this when code has changed: the viewer is shown the picture that its URL means now, and stays counted. A URL that
   * has become wrong shows its error, until code changes again.
   * @param open finds or starts the channel of a picture.
   * @param toCard makes the card of an error.
   */
  renew(
    open: (spec: ChannelSpec, network: string) => Channel,
    toCard: (spec: ChannelSpec, error: unknown) => Frame,
  ): void {
    const viewer = this.#viewer
    if (this.#hasEnded || !viewer) return
    try {
      const spec = this.#reread()
      // The picture may embed others now, with the same parameters too.
      this.#rooms?.renew(spec)
      if (this.#leaveChannel && channelId(spec) === channelId(this.#spec)) return
      const channel = open(spec, this.#network)
      this.#leaveChannel?.()
      this.#spec = spec
      this.#channel = channel
      this.#leaveChannel = channel.join(viewer, this.#network)
    } catch (error) {
      this.#leaveChannel?.()
      this.#leaveChannel = undefined
      viewer.show(toCard(this.#spec, error))
    }
  }

  /** Whether its picture moves or counts; undefined until it is on screen. */
  get isLively(): boolean | undefined {
    return this.#channel.isLively
  }

  /** Ends the viewer with its picture on screen: its browser's connections are needed for other pictures. */
  replace(): void {
    this.#viewer?.end('replaced')
  }

  /** Closes the viewer's connection at once. Its transport then calls `end`. */
  cutOff(): void {
    this.#viewer?.destroy()
  }
}
