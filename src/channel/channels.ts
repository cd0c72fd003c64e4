import type { Bus } from '../cluster/bus.ts'
import { PublicError } from '../errors.ts'
import { AgeMarks } from '../picture/age-marks.ts'
import type { Cards } from '../picture/cards.ts'
import type { Look } from '../widget/look.ts'
import { deviceOf } from '../widget/look-device.ts'
import { roomOf } from '../widget/room.ts'
import { Channel } from './channel.ts'
import type { EmbeddedChannel, EmbeddedChannels } from './embedded-frames.ts'
import type { FrameSource } from './frame-source.ts'
import { inSlices } from './in-slices.ts'
import { LastFrames } from './last-frames.ts'
import { NetworkLimits, type NetworkLimitsInit, tooManyPictures } from './network-limits.ts'
import type { ChannelObserver } from './observer.ts'
import type { Pace } from './pace.ts'
import { type ChannelSpec, channelId } from './spec.ts'
import type { StillPatience } from './still.ts'
import type { Viewer } from './viewer.ts'

/** Makes the frame source of a picture. */
export interface FrameSources {
  /** @param channels the channels of embedded pictures. */
  create(spec: ChannelSpec, channels: EmbeddedChannels): FrameSource
}

/** The options of `Channels`. */
export interface ChannelsInit {
  sources: FrameSources
  bus: Bus
  cards: Cards
  pace: Pace
  /** The maximum number of channels. */
  maxChannels: number
  /** @default none */
  addressLimits?: NetworkLimitsInit
  observer?: ChannelObserver
}

/** A channel and its id. */
interface Entry {
  id: string
  room: string
  channel: Channel
  source: FrameSource
  /** The parameters of its look, as JSON. */
  params: string
  /** The network that opened it, which it counts for. */
  network: string | undefined
  /** Other rooms whose changes redraw it. */
  others: readonly string[]
}

/** All live pictures of this process: finds or starts the channel of a room and look. */
export class Channels {
  readonly #init: ChannelsInit
  readonly #entries = new Map<string, Entry>()
  readonly #rooms = new Map<string, Set<Entry>>()
  readonly #limits: NetworkLimits
  readonly #lastFrames = new LastFrames()
  readonly #marks = new AgeMarks()
  readonly #unsubscribe: readonly (() => void)[]

  constructor(init: ChannelsInit) {
    this.#init = init
    this.#limits = new NetworkLimits(init.addressLimits ?? {})
    this.#unsubscribe = [
      init.bus.subscribe((room, change) => {
        for (const { channel, source } of this.#rooms.get(room) ?? []) {
          if (change === 'redraw') source.refresh?.()
          channel.redraw()
        }
      }),
      init.bus.onReconnect(() => {
        for (const { channel } of this.#entries.values()) channel.redraw()
      }),
    ]
  }

  /** The number of channels, watched or lingering. */
  get size(): number {
    return this.#entries.size
  }

  /** The rooms that channels of this process are drawn from. */
  get rooms(): Iterable<string> {
    return this.#rooms.keys()
  }

  /**
   * The one channel of a room and look.
   * @param network the network for which a new channel counts. @default none
   * @throws PublicError 429 if the network has too many, and 503 if all of `maxChannels` are watched and no other network
   * has more than this one.
   */
  open(spec: ChannelSpec, network?: string): Channel {
    return this.#open(spec, this.#init.maxChannels, network)
  }

  /** Embedded pictures use at most half of all channels, since one viewer can open many of them. */
  openEmbedded(spec: ChannelSpec, network?: string): EmbeddedChannel {
    const channel = this.#open(spec, this.#init.maxChannels / 2, network)
    const still = async (patience: StillPatience) => {
      const { frame, age, failure } = await channel.still(network, patience)
      // The cell shows the error as a card, and a picture that is late with its age.
      if (failure) throw failure
      const sheet = { ...spec.look, device: deviceOf(spec.look) }
      return age === undefined ? frame : this.#marks.add(frame, sheet, age)
    }
    return { join: (viewer) => channel.join(viewer, network), still }
  }

  /**
   * Milliseconds since the picture was current, if an open channel of this room and these parameters cannot draw it in any
   * size; else 0.
   */
  ageOf(spec: ChannelSpec): number {
    const params = JSON.stringify(spec.look.params)
    const ages = [...(this.#rooms.get(roomOf(spec)) ?? [])].map(({ channel, params: own }) =>
      own === params ? channel.age : 0,
    )
    return Math.max(0, ...ages)
  }

  /** Redraws every picture, because the code of widgets has changed. */
  renew(): void {
    this.#lastFrames.clear()
    for (const { channel } of this.#entries.values()) channel.renew()
  }

  /** Stops every channel at once, then ends their viewers in slices, so that all keep the same picture. */
  async close(): Promise<void> {
    for (const unsubscribe of this.#unsubscribe) unsubscribe()
    const viewers = [...this.#entries.values()].flatMap((entry) => this.#remove(entry))
    await inSlices(viewers, (viewer) => viewer.end('stopping'))
  }

  #open(spec: ChannelSpec, limit: number, network: string | undefined): Channel {
    const id = channelId(spec)
    const known = this.#entries.get(id)
    if (known) return known.channel
    if (network !== undefined) this.#makeOwnPlace(network)
    if (this.#entries.size >= limit) this.#evict(network)
    const room = roomOf(spec)
    const source = this.#init.sources.create(spec, {
      openEmbedded: (embedded) => this.openEmbedded(embedded, network),
    })
    const channel = new Channel({
      source,
      sheet: {
        ...spec.look,
        ...(source.size && { ...source.size, fps: 0 }),
        device: deviceOf(spec.look),
        theme: themeOf(spec.look),
      },
      pace: this.#init.pace,
      cards: this.#init.cards,
      lastGood: this.#lastFrames.take(id),
      observer: this.#init.observer,
      onLastGood: (last) => this.#lastFrames.keep(id, last),
      onIdle: () => void this.#remove(entry),
      onRooms: (rooms) => this.#follow(entry, rooms),
    })
    const params = JSON.stringify(spec.look.params)
    const entry: Entry = { id, room, channel, source, params, network, others: [] }
    this.#entries.set(id, entry)
    this.#addTo(room, entry)
    return channel
  }

  /** Redraws a picture from now on when one of these rooms changes, besides its own. */
  #follow(entry: Entry, others: readonly string[]): void {
    if (this.#entries.get(entry.id) !== entry || others.join(' ') === entry.others.join(' ')) return
    for (const room of entry.others) if (room !== entry.room) this.#removeFrom(room, entry)
    entry.others = others
    for (const room of others) this.#addTo(room, entry)
  }

  #addTo(room: string, entry: Entry): void {
    this.#rooms.set(room, (this.#rooms.get(room) ?? new Set()).add(entry))
  }

  #removeFrom(room: string, entry: Entry): void {
    const entries = this.#rooms.get(room)
    entries?.delete(entry)
    if (entries?.size === 0) this.#rooms.delete(room)
  }

  /** Keeps a network within its own limits, if there are any. @throws PublicError 429 if all of its channels are watched. */
  #makeOwnPlace(network: string): void {
    if (this.#limits.isFull(this.#entries.size)) {
      const own = [...this.#entries.values()].filter((entry) => entry.network === network)
      const lingering = own.find(({ channel }) => channel.size === 0)
      if (this.#limits.isFull(own.length)) {
        if (!lingering) throw tooManyPictures()
        this.#remove(lingering)
      }
    }
    this.#limits.takeLook(network)
  }

  /**
   * Makes place for a channel of `network`. Removes a channel that only lingers: the oldest of the network with the most
   * channels. If all are watched, ends the newest of a network that has more than `network` has, unless others watch it
   * too: a full table costs the network that filled it.
   * @throws PublicError 503 if neither is possible.
   */
  #evict(network: string | undefined): void {
    const counts = countBy(this.#entries.values(), (entry) => entry.network)
    const countOf = (entry: Entry) => counts.get(entry.network) ?? 0
    const own = counts.get(network) ?? 0
    let lingering: Entry | undefined
    let watched: Entry | undefined
    for (const entry of this.#entries.values()) {
      const count = countOf(entry)
      if (entry.channel.size === 0) {
        if (!lingering || count > countOf(lingering)) lingering = entry
      } else if (count > own + 1 && entry.network !== undefined && entry.channel.payers.count <= 1) {
        if (!watched || count >= countOf(watched)) watched = entry
      }
    }
    if (lingering) return void this.#remove(lingering)
    if (watched) {
      for (const viewer of this.#remove(watched)) viewer.end('refused')
      return
    }
    const { maxChannels } = this.#init
    throw new PublicError({
      code: 'too-many-channels',
      status: 503,
      caption: 'too many different pictures, try again later',
      detail: `All ${maxChannels} channels (--max-channels) are being watched.`,
      headers: { 'Retry-After': '10' },
    })
  }

  #remove(entry: Entry): readonly Viewer[] {
    if (!this.#entries.delete(entry.id)) return []
    for (const room of [entry.room, ...entry.others]) this.#removeFrom(room, entry)
    return entry.channel.close()
  }
}

function countBy<T, Key>(items: Iterable<T>, keyOf: (item: T) => Key): Map<Key, number> {
  const counts = new Map<Key, number>()
  for (const item of items) counts.set(keyOf(item), (counts.get(keyOf(item)) ?? 0) + 1)
  return counts
}

/** The page that a picture is for; `theme` is the name that `param.theme()` must have. */
function themeOf({ params }: Look): string {
  return String(params.theme ?? 'auto')
}
