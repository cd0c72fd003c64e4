import pLimit, { type LimitFunction } from 'p-limit'
import type { Membership, Presence } from '../cluster/presence.ts'
import type { RoomEvent } from '../render/protocol.ts'
import type { Renderer } from '../render/renderer.ts'
import { roomOf } from '../widget/room.ts'
import { Audience } from './audience.ts'
import type { ChannelSpec } from './spec.ts'

/** Events of one widget that are told at once; the others wait for their turn. */
const TOLD_AT_ONCE = 50

/** Counts viewers in and out of rooms, and tells the rooms' widgets. */
export class Visits {
  /** Who watches which widget. */
  readonly audience = new Audience()
  readonly #presence: Presence
  readonly #renderer: Renderer
  readonly #limits = new Map<string, LimitFunction>()
  readonly #pending = new Set<Promise<void>>()

  constructor(presence: Presence, renderer: Renderer) {
    this.#presence = presence
    this.#renderer = renderer
  }

  /** Counts a viewer in the room of a picture and of every picture to be seen within it; answers what ends that. */
  begin(spec: ChannelSpec, viewer: string): () => void {
    const leaves = [this.#enter(spec, viewer)]
    let gone = false
    void spec.shown
      ?.then((shown) => {
        if (gone) return
        const rooms = new Map(shown.map((each) => [roomOf(each.spec), each.spec]))
        for (const other of rooms.values()) leaves.push(this.#enter(other, viewer))
      })
      .catch(() => {})
    return () => {
      if (gone) return
      gone = true
      for (const leave of leaves) leave()
    }
  }

  /** Resolves when everything that happened has been told, or after so many milliseconds. */
  async settle(timeout: number): Promise<void> {
    const deadline = performance.now() + timeout
    while (this.#pending.size > 0 && performance.now() < deadline) {
      const late = new Promise((resolve) => setTimeout(resolve, deadline - performance.now()))
      await Promise.race([Promise.all(this.#pending), late])
    }
  }

  #enter(spec: ChannelSpec, viewer: string): () => void {
    const forget = this.audience.enter(spec.widget, viewer)
    const joining = this.#presence.join(roomOf(spec), viewer)
    const told = this.#track(joining.then(() => this.#tell(spec, { type: 'join' })))
    // The count does not wait for what the widget does about it; the widget hears of a leaving after its joining.
    return () => {
      forget()
      void this.#track(this.#leave(spec, joining, told))
    }
  }

  async #leave(spec: ChannelSpec, joining: Promise<Membership>, told: Promise<void>): Promise<void> {
    await (await joining).leave()
    await told
    await this.#tell(spec, { type: 'leave' })
  }

  #track(promise: Promise<void>): Promise<void> {
    // A store that fails has said so; nobody is to be counted twice or thrice for it.
    const settled = promise.catch(() => {}).finally(() => this.#pending.delete(settled))
    this.#pending.add(settled)
    return settled
  }

  async #tell(spec: ChannelSpec, event: RoomEvent): Promise<void> {
    const { widget, key, look } = spec
    if (!this.#renderer.manifests.get(widget)?.hears[event.type]) return
    const limit = this.#limits.get(widget) ?? pLimit(TOLD_AT_ONCE)
    this.#limits.set(widget, limit)
    await limit(async () => {
      const counts = await this.#presence.counts(roomOf(spec))
      await this.#renderer.sendEvent({ widget, key, look, ...counts, time: Date.now(), event })
    })
  }
}
