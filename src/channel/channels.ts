import type { Bus } from '../cluster/bus.ts'
import type { Presence } from '../cluster/presence.ts'
import { PublicError } from '../errors.ts'
import { Cards } from '../picture/cards.ts'
import type { Renderer } from '../render/renderer.ts'
import { type Look, lookKey } from '../widget/look.ts'
import { Channel, type Pace } from './channel.ts'

/** Names one live picture. */
export interface ChannelSpec {
  widget: string
  key: string
  look: Look
}

/** What channels are made from. */
export interface ChannelsInit {
  renderer: Renderer
  presence: Presence
  bus: Bus
  pace: Pace
  /** How many channels there may be at once. */
  maxChannels: number
}

/** All live pictures of this process: finds or starts the one that a URL means. */
export class Channels {
  readonly #init: ChannelsInit
  readonly #channels = new Map<string, Channel>()
  readonly #rooms = new Map<string, Set<Channel>>()
  readonly #cards = new Cards()
  readonly #unsubscribe: () => void

  constructor(init: ChannelsInit) {
    this.#init = init
    this.#unsubscribe = init.bus.subscribe((room) => {
      for (const channel of this.#rooms.get(room) ?? []) channel.redraw()
    })
  }

  /** How many there are, watched or lingering. */
  get size(): number {
    return this.#channels.size
  }

  /** The one channel of a room and look. @throws PublicError 503 where there are too many that somebody watches. */
  open(spec: ChannelSpec): Channel {
    const id = `${roomOf(spec)}?${lookKey(spec.look)}`
    const known = this.#channels.get(id)
    if (known) return known
    if (this.#channels.size >= this.#init.maxChannels) this.#makeRoom()
    const channel: Channel = new Channel({
      look: spec.look,
      pace: this.#init.pace,
      cards: this.#cards,
      draw: (interest) => this.#draw(spec, interest),
      drawOne: moves(spec.look)
        ? (interest) => this.#draw({ ...spec, look: { ...spec.look, animate: 'off' } }, interest)
        : undefined,
      onIdle: () => this.#remove(id, channel),
    })
    this.#channels.set(id, channel)
    const room = this.#rooms.get(roomOf(spec)) ?? new Set()
    this.#rooms.set(roomOf(spec), room.add(channel))
    return channel
  }

  /** Some widget's code changed: draws all pictures anew. */
  redraw(): void {
    for (const channel of this.#channels.values()) channel.redraw()
  }

  /** Ends every channel. */
  close(): void {
    this.#unsubscribe()
    for (const [id, channel] of [...this.#channels]) this.#remove(id, channel)
  }

  async #draw(spec: ChannelSpec, interest: () => number) {
    const counts = await this.#init.presence.counts(roomOf(spec))
    return this.#init.renderer.draw({ ...spec, ...counts, time: Date.now() }, interest)
  }

  /** Lingering channels are a courtesy: the oldest of them goes first. */
  #makeRoom(): void {
    for (const [id, channel] of this.#channels) {
      if (channel.size === 0) return this.#remove(id, channel)
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

  #remove(id: string, channel: Channel): void {
    if (this.#channels.get(id) !== channel) return
    this.#channels.delete(id)
    const room = id.slice(0, id.indexOf('?'))
    const channels = this.#rooms.get(room)
    channels?.delete(channel)
    if (channels?.size === 0) this.#rooms.delete(room)
    channel.close()
  }
}

/** Whether a picture may be an animation, in one piece. */
function moves({ animate, format }: Look): boolean {
  return animate === 'loop' || format === 'gif'
}

/** The room of a picture: what is counted and remembered. */
export function roomOf({ widget, key }: { widget: string; key: string }): string {
  return `${widget}/${key}`
}
