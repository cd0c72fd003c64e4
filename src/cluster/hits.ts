import { settledWithin } from '../system/settled-within.ts'
import { isPassingRoom, parseRoom } from '../widget/room.ts'
import type { Bus } from './bus.ts'
import type { History } from './history.ts'
import { DAY } from './minute.ts'
import type { Store } from './store.ts'

/** Days whose hits are kept, in addition to today. */
const KEPT_DAYS = 7
/** Milliseconds that a picture waits for its hit to be counted: a database that does not reply must not delay it longer. */
const PATIENCE = 150
/** The name under which a room keeps the number of its hits. */
export const HITS = '$hits'

/** A room's hits from the stored value; 0 if it is missing, damaged or negative. */
export function toHits(stored: unknown): number {
  return typeof stored === 'number' ? Math.max(stored, 0) : 0
}

/** The name under which a room keeps its hits of the day of a time, in UTC. */
export function hitsOfDay(time: number): string {
  return nameOf(Math.floor(time / DAY))
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
  /** Widgets that read hits: only their pictures are redrawn for a hit. */
  readonly #readers = new Set<string>()
  #day = Number.NaN
  #dayName = ''

  constructor(store: Store, bus: Bus, history: Pick<History, 'hit'>, now: () => number = Date.now) {
    this.#store = store
    this.#bus = bus
    this.#history = history
    this.#now = now
  }

  /** Counts requests for a picture. Never rejects: losing a hit is better than showing no picture. @param amount @default 1 */
  count(room: string, amount = 1): Promise<void> {
    return this.#add(room, amount)
  }

  /** Takes back one hit, because its request failed. */
  uncount(room: string): Promise<void> {
    return this.#add(room, -1)
  }

  /** Sets the hits of all time, durably: the number that an earlier counter had. Rejects as the store does. */
  async set(room: string, hits: number): Promise<void> {
    await this.#store.set(room, HITS, hits, { durable: true })
    this.#bus.publish(room, 'hits')
  }

  /** Must be called for each value that a widget reads: from its first read of hits on, a hit redraws its pictures. */
  widgetRead(room: string, name: string): void {
    if (name.startsWith(HITS)) this.#readers.add(widgetOf(room))
  }

  async #add(room: string, amount: number): Promise<void> {
    if (isPassingRoom(room)) return
    this.#history.hit(room, amount)
    const today = this.#today()
    // Both at once: the picture that is drawn next must have both.
    const adding = Promise.allSettled([
      this.#store.add(room, HITS, amount),
      this.#store.add(room, today, amount),
    ]).then(() => {
      if (this.#readers.has(widgetOf(room))) this.#bus.publish(room, 'hits')
    })
    await settledWithin(PATIENCE, adding)
  }

  #today(): string {
    const day = Math.floor(this.#now() / DAY)
    if (day !== this.#day) {
      this.#day = day
      this.#dayName = nameOf(day)
      // If that fails, it is repeated tomorrow.
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
