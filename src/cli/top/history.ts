import type { Reading } from './read-rooms.ts'

/** A room at one moment. */
export interface Sample {
  /** Milliseconds since 1970: that of the reading. */
  time: number
  visitors: number
  hits: number
}

/** How many readings are remembered. */
export const HISTORY_LENGTH = 60

const MINUTE = 60_000

/** What the last readings said of each room. */
export class History {
  #times: number[] = []
  #samples = new Map<string, readonly Sample[]>()

  /** Remembers a reading. A room that is not in it is forgotten. */
  add({ time, rooms }: Reading): void {
    this.#times = [...this.#times, time].slice(-HISTORY_LENGTH)
    this.#samples = new Map(
      rooms.map(({ room, visitors, hits }) => [
        room,
        [...this.of(room), { time, visitors, hits }].slice(-HISTORY_LENGTH),
      ]),
    )
  }

  /** A room's samples, the oldest first. */
  of(room: string): readonly Sample[] {
    return this.#samples.get(room) ?? []
  }

  /** The visitors of some rooms together, for each reading, the oldest first. */
  visitorsOf(rooms: readonly string[]): number[] {
    const sums = new Map(this.#times.map((time) => [time, 0]))
    for (const { time, visitors } of rooms.flatMap((room) => this.of(room))) {
      const sum = sums.get(time)
      if (sum !== undefined) sums.set(time, sum + visitors)
    }
    return [...sums.values()]
  }
}

/**
 * The hits a minute, over the last minute or what is known of it; undefined before the second sample. Over the last two
 * samples, where they are further apart.
 */
export function hitsPerMinute(samples: readonly Sample[]): number | undefined {
  const last = samples.at(-1)
  const before = samples.slice(0, -1)
  const first = before.findLast(({ time }) => last && last.time - time >= MINUTE) ?? before[0]
  if (!last || !first || last.time <= first.time) return undefined
  // A server that forgot its hits and began anew has not lost any.
  return Math.max(0, ((last.hits - first.hits) / (last.time - first.time)) * MINUTE)
}
