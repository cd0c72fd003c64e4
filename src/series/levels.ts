import { DAY, HOUR, MINUTE } from '../cluster/minute.ts'

const SECOND = 1_000

/** Steps of one length, and how long they are kept. */
export interface Level {
  /** The beginning of the names of its chunks. */
  prefix: string
  step: number
  /** The time of one value in the store. At most 300 steps, so that it is below the limit of 64 KiB. */
  chunk: number
  /** Milliseconds. */
  kept: number
}

/** Seconds of an hour, minutes of eight days, and hours for as long as the history. */
export function toLevels(retention: number): readonly Level[] {
  return [
    { prefix: '$series:s:', step: SECOND, chunk: 5 * MINUTE, kept: HOUR + 5 * MINUTE },
    { prefix: '$series:m:', step: MINUTE, chunk: 2 * HOUR, kept: Math.min(retention, 8 * DAY + HOUR) },
    { prefix: '$series:h:', step: HOUR, chunk: 5 * DAY, kept: retention },
  ]
}

/** The level with the longest steps that divide `step`. */
export function levelFor(levels: readonly Level[], step: number): Level {
  return levels.findLast((level) => step % level.step === 0) ?? (levels[0] as Level)
}

/** The chunks that contain some time of a range, by their beginning. */
export function chunksOf({ chunk }: Level, from: number, to: number): number[] {
  const first = Math.floor(from / chunk)
  const count = Math.max(0, Math.ceil(to / chunk) - first)
  return Array.from({ length: count }, (_, index) => (first + index) * chunk)
}

/** The name under which a room keeps a chunk; names sort by time. */
export function nameOf({ prefix, chunk }: Level, begin: number): string {
  return `${prefix}${String(Math.floor(begin / chunk)).padStart(10, '0')}`
}
