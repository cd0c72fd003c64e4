import type { Reading } from './read-rooms.ts'

/** A room at one reading. */
export interface Sample {
  /** Time of the reading, in milliseconds since the epoch. */
  time: number
  visitors: number
  hits: number
}

/** Number of readings that are kept. */
export const HISTORY_LENGTH = 60

const MINUTE = 60_000

/** The last readings of each room. */
export class History {
  /** Number of readings kept so far. */
  #length = 0
  #samples = new Map<string, readonly Sample[]>()

  /** Adds a reading, and deletes rooms that are not in it. */
  add({ time, rooms }: Reading): void {
    this.#length = Math.min(HISTORY_LENGTH, this.#length + 1)
    this.#samples = new Map(
      rooms.map(({ room, visitors, hits }) => [
        room,
        [...this.of(room), { time, visitors, hits }].slice(-HISTORY_LENGTH),
      ]),
    )
  }

  /** A room's samples, oldest first. */
  of(room: string): readonly Sample[] {
    return this.#samples.get(room) ?? []
  }

  /** The sum of visitors over some rooms, for each reading, oldest first. */
  visitorsOf(rooms: readonly string[]): number[] {
    const sums = Array.from({ length: this.#length }, () => 0)
    for (const room of rooms) {
      const samples = this.of(room)
      // A room's samples have no gap up to the last reading.
      const first = sums.length - samples.length
      samples.forEach(({ visitors }, index) => {
        sums[first + index] = (sums[first + index] ?? 0) + visitors
      })
    }
    return sums
  }
}

/**
 * The hits a minute, over the last minute or its known part, or over the last two samples if they are further apart;
 * undefined before the second sample.
 */
export function hitsPerMinute(samples: readonly Sample[]): number | undefined {
  const last = samples.at(-1)
  if (!last) return undefined
  const first = samples.findLast(({ time }) => last.time - time >= MINUTE) ?? samples[0] ?? last
  if (last.time <= first.time) return undefined
  // A server that restarted with fewer hits has not lost any.
  return Math.max(0, ((last.hits - first.hits) / (last.time - first.time)) * MINUTE)
}
