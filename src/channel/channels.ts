import type { Bus } from '../cluster/bus.ts'
import { PublicError } from '../errors.ts'
import { Cards } from '../picture/cards.ts'
import { deviceOf } from '../widget/look-device.ts'
import { roomOf } from '../widget/room.ts'
import { Channel } from './channel.ts'
import type { EmbeddedChannels } from './embedded-frames.ts'
import type { FrameSource } from './frame-source.ts'
import { inSlices } from './in-slices.ts'
import type { ChannelObserver } from './observer.ts'
import type { Pace } from './pace.ts'
import { type ChannelSpec, channelId } from './spec.ts'
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
  pace: Pace
  /** The maximum number of channels. */
  maxChannels: number
  observer?: ChannelObserver
}

/** A channel and its id. */
interface Entry {
  id: string
  room: string
  channel: Channel
}

/** All live pictures of this process: finds or starts the channel of a room and look. */
export class Channels implements EmbeddedChannels {
  readonly #init: ChannelsInit
  readonly #entries = new Map<string, Entry>()
  readonly #rooms = new Map<string, Set<Entry>>()
  readonly #cards = new Cards()
  readonly #unsubscribe: readonly (() => void)[]

  constructor(init: ChannelsInit) {
    this.#init = init
    this.#unsubscribe = [
      init.bus.subscribe((room) => {
        for (const { channel } of this.#rooms.get(room) ?? []) channel.redraw()
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

  /** The only channel of a room and look. @throws PublicError 503 if all of `maxChannels` are watched. */
  open(spec: ChannelSpec): Channel {
    return this.#open(spec, this.#init.maxChannels)
  }

  /** Embedded pictures use at most half of all channels, since one viewer can open many of them. */
  openEmbedded(spec: ChannelSpec): Channel {
    return this.#open(spec, this.#init.maxChannels / 2)
  }

  /** Redraws every picture, because the code of widgets has changed. */
  renew(): void {
    for (const { channel } of this.#entries.values()) channel.renew()
  }

  /** Stops every channel at once, then ends their viewers in slices, so that all keep the same picture. */
  async close(): Promise<void> {
    for (const unsubscribe of this.#unsubscribe) unsubscribe()
    const viewers = [...this.#entries.values()].flatMap((entry) => this.#remove(entry))
    await inSlices(viewers, (viewer) => viewer.end('stopping'))
  }

  #open(spec: ChannelSpec, limit: number): Channel {
    const id = channelId(spec)
    const known = this.#entries.get(id)
    if (known) return known.channel
    if (this.#entries.size >= limit) this.#evict()
    const room = roomOf(spec)
    const channel = new Channel({
      source: this.#init.sources.create(spec, this),
      sheet: { ...spec.look, device: deviceOf(spec.look) },
      pace: this.#init.pace,
      cards: this.#cards,
      observer: this.#init.observer,
      onIdle: () => void this.#remove(entry),
    })
    const entry: Entry = { id, room, channel }
    this.#entries.set(id, entry)
    this.#rooms.set(room, (this.#rooms.get(room) ?? new Set()).add(entry))
    return channel
  }

  /** Removes the oldest lingering channel. @throws PublicError 503 if there is none. */
  #evict(): void {
    for (const entry of this.#entries.values()) if (entry.channel.size === 0) return void this.#remove(entry)
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
    const entries = this.#rooms.get(entry.room)
    entries?.delete(entry)
    if (entries?.size === 0) this.#rooms.delete(entry.room)
    return entry.channel.close()
  }
}
