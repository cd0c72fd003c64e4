import { parseRoom } from '../widget/room.ts'
import type { Bus } from './bus.ts'
import type { History } from './history.ts'
import { DAY } from './minute.ts'
import type { Store } from './store.ts'

/** Days whose hits are kept, besides today. */
const KEPT_DAYS = 7
/** The name under which a room keeps the number of its hits. */
export const HITS = '$hits'

/** A room's hits from the stored value; 0 for none, a damaged one, or one below zero. */
export function toHits(stored: unknown): number {
  return typeof stored === 'number' ? Math.max(stored, 0) : 0
}

/**
 * Counts how often a room's pictures are requested: `$hits` for all time, `$hits:YYYY-MM-DD` for a day in UTC. Days older
 * than a week are deleted.
 */
export class Hits {
  readonly #store: Store
  readonly #bus: Bus
  readonly #history: Pick<History, 'hit'>
  readonly #now: () => number
  /** Widgets that read hits. Only their pictures change with a hit: redrawing all others would be wasted. */
  readonly #readers = new Set<string>()
  #day = Number.NaN
  #dayName = ''

  constructor(store: Store, bus: Bus, history: Pick<History, 'hit'>, now: () => number = Date.now) {
    this.#store = store
    this.#bus = bus
    this.#history = history
    this.#now = now
  }

  /** Counts one picture. Never rejects: losing a hit is better than showing no picture. */
  count(room: string): Promise<void> {
    return this.#add(room, 1)
  }

  /** Takes one back: the request ended with an error. */
  uncount(room: string): Promise<void> {
    return this.#add(room, -1)
  }

  /** Must be called for each value that a widget reads: from its first read of hits on, a hit redraws its pictures. */
  widgetRead(room: string, name: string): void {
    if (name.startsWith(HITS)) this.#readers.add(widgetOf(room))
  }

  async #add(room: string, amount: number): Promise<void> {
    this.#history.hit(room, amount)
    const today = this.#today()
    // Not one after the other: the picture that is drawn next must have both.
    await Promise.allSettled([this.#store.add(room, HITS, amount), this.#store.add(room, today, amount)])
    if (this.#readers.has(widgetOf(room))) this.#bus.publish(room, 'hits')
  }

  #today(): string {
    const day = Math.floor(this.#now() / DAY)
    if (day !== this.#day) {
      this.#day = day
      this.#dayName = nameOf(day)
      // What cannot be deleted today is deleted tomorrow.
      this.#store.deleteNames(`${HITS}:`, nameOf(day - KEPT_DAYS)).catch(() => {})
    }
    return this.#dayName
  }
}

function nameOf(day: number): string {
  return `${HITS}:${new Date(day * DAY).toISOString().slice(0, 10)}`
}

function widgetOf(room: string): string {
  return parseRoom(room).widget
}
