import { HeldLeases } from '../cluster/held-leases.ts'
import type { Leases } from '../cluster/leases.ts'
import type { Renderer } from '../render/renderer.ts'
import { Backoff } from '../system/backoff.ts'
import { parseLook } from '../widget/look.ts'
import type { Manifest } from '../widget/manifest.ts'
import { parseRoom, roomOf } from '../widget/room.ts'
import type { WidgetEvents } from './widget-events.ts'

/** The parts that collections use. */
export interface CollectionsInit {
  renderer: Pick<Renderer, 'manifests'>
  events: Pick<WidgetEvents, 'deliver'>
  leases: Pick<Leases, 'hold' | 'release'>
}

/** Milliseconds of the longest pause after failures; a longer interval stays as it is. */
const MAX_PAUSE = 300_000

/** One room whose widget collects. */
interface Collection {
  every: number
  timer: NodeJS.Timeout | undefined
  backoff: Backoff
}

/**
 * Runs the `collect` of widgets at regular intervals, whether a picture is open or not: for each key of a closed list, or
 * for the widget's default key. Only the node with a room's lease runs it, and never twice at the same time. While it fails, it
 * runs ever less often, up to five minutes apart.
 */
export class Collections {
  readonly #renderer: CollectionsInit['renderer']
  readonly #events: CollectionsInit['events']
  readonly #leases: HeldLeases
  readonly #rooms = new Map<string, Collection>()

  constructor({ renderer, events, leases }: CollectionsInit) {
    this.#renderer = renderer
    this.#events = events
    this.#leases = new HeldLeases({
      ...{ leases, prefix: 'collect' },
      onGain: (room) => this.#resume(room),
      onLoss: (room) => this.#pause(room),
    })
  }

  /** Follows the widgets that are loaded now: to be called after each reload. */
  async update(): Promise<void> {
    const wanted = new Map<string, number>()
    for (const manifest of this.#renderer.manifests.values()) {
      const { name: widget, collects } = manifest
      if (collects === undefined) continue
      for (const key of keysOf(manifest)) wanted.set(roomOf({ widget, key }), collects)
    }
    for (const room of [...this.#rooms.keys()]) if (!wanted.has(room)) this.#remove(room)
    await Promise.all([...wanted].map(([room, every]) => this.#set(room, every)))
  }

  close(): void {
    this.#leases.close()
    for (const room of this.#rooms.keys()) this.#pause(room)
    this.#rooms.clear()
  }

  async #set(room: string, every: number): Promise<void> {
    const known = this.#rooms.get(room)
    if (known?.every === every) return
    this.#pause(room)
    this.#rooms.set(room, { every, timer: undefined, backoff: new Backoff(pausesOf(every)) })
    if (this.#leases.has(room)) this.#resume(room)
    else await this.#leases.add(room)
  }

  #remove(room: string): void {
    this.#pause(room)
    this.#rooms.delete(room)
    this.#leases.delete(room)
  }

  #pause(room: string): void {
    clearTimeout(this.#rooms.get(room)?.timer)
  }

  #resume(room: string): void {
    const collection = this.#rooms.get(room)
    if (!collection || !this.#leases.has(room)) return
    clearTimeout(collection.timer)
    const begun = performance.now()
    const again = () => {
      if (this.#rooms.get(room) !== collection || !this.#leases.has(room)) return
      const pause = Math.max(collection.every, collection.backoff.pause)
      const rest = Math.max(0, pause - (performance.now() - begun))
      collection.timer = setTimeout(() => this.#resume(room), rest).unref()
    }
    void this.#run(room)
      .then(
        () => collection.backoff.reset(),
        // A failure is logged where it happens; the next run may succeed.
        () => collection.backoff.fail(),
      )
      .then(again)
  }

  async #run(room: string): Promise<void> {
    const { widget, key } = parseRoom(room)
    const manifest = this.#renderer.manifests.get(widget)
    if (!manifest) return
    const look = parseLook(manifest, 'png', new URLSearchParams())
    await this.#events.deliver({ widget, key, look }, { type: 'collect' })
  }
}

/** The first failure changes nothing; from the second on the pauses double. */
function pausesOf(every: number): number[] {
  return [1, 2, 4, 8, 16, 32, 64, 128, 256].map((factor) => Math.min(every * factor, MAX_PAUSE))
}

/** The rooms that exist without anyone asking for them. */
function keysOf({ key }: Manifest): readonly string[] {
  return key.kind === 'choice' ? key.choices : [key.default]
}
