import pLimit, { type LimitFunction } from 'p-limit'
import type { ChannelSpec } from '../channel/spec.ts'
import type { Presence } from '../cluster/presence.ts'
import { PublicError } from '../errors.ts'
import type { RoomEvent } from '../render/protocol.ts'
import type { Renderer } from '../render/renderer.ts'
import { roomOf } from '../widget/room.ts'

/** Events of one widget that are delivered at the same time, each of another room; the others queue. */
const CONCURRENT_EVENTS = 50
/** Clicks of one room that wait. Joins and leaves are never dropped: their number is limited by that of the viewers. */
const MAX_WAITING_CLICKS = 200

/**
 * Delivers the events of rooms to their widgets. Those of one room run one after another, in the order in which they
 * happened, so that no handler changes the room's state while another one waits for a read of it.
 */
export class WidgetEvents {
  readonly #presence: Pick<Presence, 'counts'>
  readonly #renderer: Pick<Renderer, 'manifests' | 'sendEvent'>
  readonly #widgets = new Map<string, LimitFunction>()
  readonly #rooms = new Map<string, { limit: LimitFunction; size: number }>()

  constructor(presence: Pick<Presence, 'counts'>, renderer: Pick<Renderer, 'manifests' | 'sendEvent'>) {
    this.#presence = presence
    this.#renderer = renderer
  }

  /**
   * Resolves when the widget has handled the event, or at once if it handles none of this type. Rejects with a
   * `PublicError`, for a click also if too many wait.
   */
  async deliver(spec: ChannelSpec, event: RoomEvent): Promise<void> {
    const { widget, key, look } = spec
    if (!this.#renderer.manifests.get(widget)?.handles[event.type]) return
    const room = roomOf(spec)
    const queue = this.#rooms.get(room) ?? { limit: pLimit(1), size: 0 }
    if (event.type === 'click' && queue.size > MAX_WAITING_CLICKS) throw tooManyWaiting()
    this.#rooms.set(room, queue)
    queue.size += 1
    const ofWidget = this.#widgets.get(widget) ?? pLimit(CONCURRENT_EVENTS)
    this.#widgets.set(widget, ofWidget)
    try {
      await queue.limit(() =>
        ofWidget(async () => {
          const counts = await this.#presence.counts(room)
          await this.#renderer.sendEvent({ widget, key, look, ...counts, time: Date.now(), event })
        }),
      )
    } finally {
      queue.size -= 1
      if (queue.size === 0) this.#rooms.delete(room)
    }
  }

  /** The number of rooms with events that are being delivered. */
  get size(): number {
    return this.#rooms.size
  }
}

function tooManyWaiting(): PublicError {
  return new PublicError({
    code: 'too-busy',
    status: 503,
    caption: 'too many clicks wait, try again later',
  })
}
