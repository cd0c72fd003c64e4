import type { EmbeddedReader } from '../channel/embedded-reader.ts'
import type { RoomEvents } from '../channel/room-events.ts'
import type { ChannelSpec } from '../channel/spec.ts'
import type { EndReason } from '../channel/viewer.ts'
import type { Membership, Presence } from '../cluster/presence.ts'
import type { Renderer } from '../render/renderer.ts'
import { roomOf } from '../widget/room.ts'
import { Audience } from './audience.ts'
import type { WidgetEvents } from './widget-events.ts'

/** The options of `Memberships`. */
export interface MembershipsInit {
  presence: Presence
  renderer: Pick<Renderer, 'manifests'>
  embeddedReader: Pick<EmbeddedReader, 'read'>
  events: Pick<RoomEvents, 'noteLeave'>
  widgetEvents: Pick<WidgetEvents, 'deliver'>
}

/** A viewer's membership in the room of its picture, and in those of the pictures inside it. */
export interface PictureMembership {
  /** Counts the viewer in the rooms of the pictures that the picture embeds now: code or the picture has changed. */
  renew(spec: ChannelSpec): void
  /** Counts the viewer out of all rooms. Calling it again does nothing. */
  leave(reason: EndReason): void
}

/** Counts viewers in and out of rooms, and delivers `onJoin` and `onLeave` to the rooms' widgets. */
export class Memberships {
  /** The viewers of each widget. */
  readonly audience = new Audience()
  readonly #presence: Presence
  readonly #renderer: Pick<Renderer, 'manifests'>
  readonly #embeddedReader: Pick<EmbeddedReader, 'read'>
  readonly #events: Pick<RoomEvents, 'noteLeave'>
  readonly #widgetEvents: Pick<WidgetEvents, 'deliver'>
  readonly #pending = new Set<Promise<void>>()

  constructor({ presence, renderer, embeddedReader, events, widgetEvents }: MembershipsInit) {
    this.#presence = presence
    this.#renderer = renderer
    this.#embeddedReader = embeddedReader
    this.#events = events
    this.#widgetEvents = widgetEvents
  }

  /** Counts a viewer in the room of a picture and of every picture inside it. */
  join(spec: ChannelSpec, viewer: string): PictureMembership {
    const leaveOwn = this.#enter(spec, viewer)
    // Few pictures embed others, and each map takes a part of what a viewer does.
    let inner: Map<string, (reason: EndReason) => void> | undefined
    let hasLeft = false
    let readings = 0
    const renew = async (of: ChannelSpec) => {
      readings += 1
      const reading = readings
      const embedded = await this.#embeddedReader.read(of)
      if (hasLeft || reading !== readings || (embedded.length === 0 && !inner)) return
      inner ??= new Map()
      const rooms = new Map(embedded.flatMap(({ spec }) => (spec ? [[roomOf(spec), spec]] : [])))
      for (const [room, leave] of inner) {
        if (rooms.has(room)) continue
        inner.delete(room)
        leave('left')
      }
      for (const [room, other] of rooms) if (!inner.has(room)) inner.set(room, this.#enter(other, viewer))
    }
    // If it cannot be read, the drawing reports why.
    const follow = (of: ChannelSpec) => void renew(of).catch(() => {})
    follow(spec)
    return {
      renew: follow,
      leave: (reason) => {
        if (hasLeft) return
        hasLeft = true
        for (const leave of [leaveOwn, ...(inner?.values() ?? [])]) leave(reason)
      },
    }
  }

  /** Resolves when every event so far is delivered, or after `timeout` milliseconds. */
  async settle(timeout: number): Promise<void> {
    const deadline = performance.now() + timeout
    while (this.#pending.size > 0 && performance.now() < deadline) {
      const late = new Promise((resolve) => setTimeout(resolve, deadline - performance.now()))
      await Promise.race([Promise.all(this.#pending), late])
    }
  }

  #enter(spec: ChannelSpec, viewer: string): (reason: EndReason) => void {
    const forget = this.audience.enter(spec.widget, viewer)
    if (this.#renderer.manifests.get(spec.widget)?.stateless) return forget
    const joining = this.#presence.join(roomOf(spec), viewer)
    const delivered = this.#track(joining.then(() => this.#widgetEvents.deliver(spec, { type: 'join' })))
    // The count does not wait for the widget's handlers, but `onLeave` always comes after `onJoin`.
    return (reason) => {
      forget()
      void this.#track(this.#leave(spec, reason, joining, delivered))
    }
  }

  async #leave(
    spec: ChannelSpec,
    reason: EndReason,
    joining: Promise<Membership>,
    delivered: Promise<void>,
  ): Promise<void> {
    const membership = await joining
    this.#events.noteLeave(roomOf(spec), reason)
    await membership.leave()
    await delivered
    await this.#widgetEvents.deliver(spec, { type: 'leave' })
  }

  #track(promise: Promise<void>): Promise<void> {
    // The store reports its own failures. A viewer must not be counted twice because of one.
    const settled = promise.catch(() => {}).finally(() => this.#pending.delete(settled))
    this.#pending.add(settled)
    return settled
  }
}
