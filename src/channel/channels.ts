import type { Bus } from '../cluster/bus.ts'
import type { Presence } from '../cluster/presence.ts'
import { PublicError } from '../errors.ts'
import { Cards } from '../picture/cards.ts'
import type { Job } from '../render/protocol.ts'
import type { Renderer } from '../render/renderer.ts'
import { type Look, lookKey } from '../widget/look.ts'
import { roomOf } from '../widget/room.ts'
import { MAX_FPS } from '../widget/widget-faults.ts'
import { Channel, type Pace } from './channel.ts'
import { inSlices } from './in-slices.ts'
import { Inputs } from './inputs.ts'
import type { ChannelObserver } from './observer.ts'
import { readShown } from './shown.ts'
import type { ChannelSpec } from './spec.ts'
import type { Viewer } from './viewer.ts'

/** Pictures that are pushed may follow each other as fast as any picture may. */
const PUSH_INTERVAL = 1000 / MAX_FPS

/** What channels are made from. */
export interface ChannelsInit {
  renderer: Renderer
  presence: Presence
  bus: Bus
  pace: Pace
  /** How many channels there may be at once. */
  maxChannels: number
  observer?: ChannelObserver
}

/** All live pictures of this process: finds or starts the one that a URL means. */
export class Channels {
  readonly #init: ChannelsInit
  readonly #channels = new Map<string, Channel>()
  readonly #inputs = new WeakMap<Channel, Inputs>()
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
    const id = idOf(spec)
    const known = this.#channels.get(id)
    if (known) return known
    if (this.#channels.size >= this.#init.maxChannels) this.#makeRoom()
    const inputs = this.#createInputs(spec, () => channel.redraw(PUSH_INTERVAL))
    const channel: Channel = new Channel({
      look: spec.look,
      pace: this.#init.pace,
      cards: this.#cards,
      observer: this.#init.observer,
      draw: (interest) => this.#draw(spec, inputs, interest),
      drawOne: moves(spec.look)
        ? (interest) => this.#draw({ ...spec, look: { ...spec.look, animate: 'off' } }, inputs, interest)
        : undefined,
      onWatched: (isWatched) => (isWatched ? inputs.wake() : inputs.sleep()),
      onIdle: () => void this.#remove(id, channel),
    })
    this.#channels.set(id, channel)
    this.#inputs.set(channel, inputs)
    const room = this.#rooms.get(roomOf(spec)) ?? new Set()
    this.#rooms.set(roomOf(spec), room.add(channel))
    return channel
  }

  /** Some widget's code changed: draws all pictures anew. */
  redraw(): void {
    for (const channel of this.#channels.values()) {
      this.#inputs.get(channel)?.renew()
      channel.redraw()
    }
  }

  /** What a source pushed last for an open picture of these parameters, in whichever format and size. */
  pushed({ look, ...spec }: ChannelSpec): Job['pushed'] {
    const params = JSON.stringify(look.params)
    for (const channel of this.#rooms.get(roomOf(spec)) ?? []) {
      const inputs = this.#inputs.get(channel)
      if (inputs?.pushed && JSON.stringify(inputs.look.params) === params) return inputs.pushed
    }
    return undefined
  }

  /** Stops every channel at once, then ends their viewers in slices: all keep the picture of the same moment. */
  async close(): Promise<void> {
    this.#unsubscribe()
    const viewers = [...this.#channels].flatMap(([id, channel]) => this.#remove(id, channel))
    await inSlices(viewers, (viewer) => viewer.end('stopping'))
  }

  /** Pictures within pictures take no more than half of all channels: one viewer of them opens many. */
  #openCell(spec: ChannelSpec): Channel {
    const isNew = !this.#channels.has(idOf(spec))
    if (isNew && this.#channels.size >= this.#init.maxChannels / 2) this.#makeRoom()
    return this.open(spec)
  }

  #createInputs(spec: ChannelSpec, onChange: () => void): Inputs {
    const { renderer } = this.#init
    const job = { ...toJob(spec), connections: 0, visitors: 0, peak: 0 }
    return new Inputs({
      spec,
      cards: this.#cards,
      open: (cell) => this.#openCell(cell),
      read: async () => (renderer.manifests.get(spec.widget)?.reads ? readShown(renderer, spec) : []),
      listen: (onPush) => {
        const { starts = false } = renderer.manifests.get(spec.widget) ?? {}
        return starts ? renderer.startSource({ ...job, time: Date.now() }, onPush) : () => {}
      },
      onChange,
    })
  }

  async #draw(spec: ChannelSpec, inputs: Inputs, interest: () => number) {
    const more = await inputs.take()
    // Behind what may take its time, so that they are the newest.
    const counts = await this.#init.presence.counts(roomOf(spec))
    return this.#init.renderer.draw({ ...toJob(spec), ...counts, ...more, time: Date.now() }, interest)
  }

  /** Lingering channels are a courtesy: the oldest of them goes first. */
  #makeRoom(): void {
    for (const [id, channel] of this.#channels) {
      if (channel.size === 0) return void this.#remove(id, channel)
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

  #remove(id: string, channel: Channel): readonly Viewer[] {
    if (this.#channels.get(id) !== channel) return []
    this.#channels.delete(id)
    const room = id.slice(0, id.indexOf('?'))
    const channels = this.#rooms.get(room)
    channels?.delete(channel)
    if (channels?.size === 0) this.#rooms.delete(room)
    return channel.close()
  }
}

/** Whether a picture may be an animation, in one piece. */
function moves({ animate, format }: Look): boolean {
  return animate === 'loop' || (format === 'gif' && animate !== 'off')
}

function idOf(spec: ChannelSpec): string {
  return `${roomOf(spec)}?${lookKey(spec.look)}`
}

/** A look's promises do not cross to a render process. */
function toJob({ widget, key, look }: ChannelSpec): Pick<ChannelSpec, 'widget' | 'key' | 'look'> {
  return { widget, key, look }
}
