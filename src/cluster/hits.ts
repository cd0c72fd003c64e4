import { parseRoom } from '../widget/room.ts'
import type { Bus } from './bus.ts'
import type { History } from './history.ts'
import { DAY } from './minute.ts'
import type { Store } from './store.ts'

/** Days that are remembered besides today. */
const REMEMBERED_DAYS = 7
/** Where a room remembers how often its pictures were asked for. */
export const HITS = '$hits'

/** A room's hits from what is remembered: what ended as an error was counted, and taken back. */
export function toHits(remembered: unknown): number {
  return typeof remembered === 'number' ? Math.max(remembered, 0) : 0
}

/**
 * Counts how often a room's pictures were asked for: `$hits` for all time, `$hits:YYYY-MM-DD` for a day in UTC. Days
 * older than a week are deleted.
 */
export class Hits {
  readonly #store: Store
  readonly #bus: Bus
  readonly #history: Pick<History, 'hit'>
  readonly #now: () => number
  /** Widgets that read hits. Only their pictures change by a hit: all others would be drawn anew for nothing. */
  readonly #readers = new Set<string>()
  #day = Number.NaN
  #dayName = ''

  constructor(store: Store, bus: Bus, history: Pick<History, 'hit'>, now: () => number = Date.now) {
    this.#store = store
    this.#bus = bus
    this.#history = history
    this.#now = now
  }

  /** Counts one picture. Never rejects: a hit that is lost is no reason to show no picture. */
  count(room: string): Promise<void> {
    return this.#add(room, 1)
  }

  /** Takes one back: what was asked for ended as an error. */
  uncount(room: string): Promise<void> {
    return this.#add(room, -1)
  }

  /** A widget has read something of its room: from now on its pictures change with their hits, if it was these. */
  noteRead(room: string, name: string): void {
    if (name.startsWith(HITS)) this.#readers.add(widgetOf(room))
  }

  async #add(room: string, amount: number): Promise<void> {
    this.#history.hit(room, amount)
    const today = this.#today()
    // Both begin at once: a picture that is drawn next already has them.
    await Promise.allSettled([this.#store.add(room, HITS, amount), this.#store.add(room, today, amount)])
    if (this.#readers.has(widgetOf(room))) this.#bus.publish(room, 'hits')
  }

  #today(): string {
    const day = Math.floor(this.#now() / DAY)
    if (day !== this.#day) {
      this.#day = day
      this.#dayName = nameOf(day)
      // What could not be deleted now goes another day.
      this.#store.deleteNames(`${HITS}:`, nameOf(day - REMEMBERED_DAYS)).catch(() => {})
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
