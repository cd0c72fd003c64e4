import type { HistoryStep } from '../widget/room-history.ts'
import type { HistoryRange } from './history.ts'
import type { Minute } from './minute.ts'

/** The record of a room that an archive keeps for ever. */
export interface RecordRow {
  room: string
  /** When the room was first watched or requested, in milliseconds since the epoch. */
  since: number
  /** The maximum of visitors. */
  peak: number
  /** The last day with viewers, in days since the epoch, UTC. */
  day: number
  /** The maximum of visitors on that day. */
  dayPeak: number
}

/** The activity of a room since it was last saved. */
export interface RoomActivity {
  /** The peaks since this process started to watch the room: saving them twice does no harm. */
  record: RecordRow
  /** By number since the epoch; times and hits are added to the saved ones, and hits can be negative. */
  minutes: [number: number, minute: Minute][]
}

/**
 * The storage of a history. Every call rejects if the storage fails; damaged rows are reported and count as missing.
 */
export interface HistoryArchive {
  /**
   * The steps of a room with any activity, in any order, of the minutes from `from` up to, but not including, `to`. Means
   * are sums: `mean` is the time in milliseconds that all viewers watched, so that steps can be added.
   */
  readSteps(room: string, range: HistoryRange): Promise<HistoryStep[]>
  /** The records of some rooms, in the same order. */
  readRecords(rooms: readonly string[]): Promise<(RecordRow | undefined)[]>
  /** Merges records into those that are saved, without activity; `seen` is when something happened in their rooms. */
  addRecords(records: readonly RecordRow[], seen: number): Promise<void>
  /** Adds activity to the saved one: all of it, or nothing if that fails. A room without minutes gets no record. */
  add(activity: readonly RoomActivity[]): Promise<void>
  /** Deletes hours before `hour`, or a part of them if there are many. */
  deleteBefore(hour: number): Promise<void>
}

/** Merges two records of one room: the earlier start, the higher peaks, the later day. */
export function mergeRecords(one: RecordRow | undefined, other: RecordRow): RecordRow {
  if (!one) return other
  const later = one.day > other.day ? one : other
  return {
    room: other.room,
    since: Math.min(one.since, other.since),
    peak: Math.max(one.peak, other.peak),
    day: later.day,
    dayPeak: one.day === other.day ? Math.max(one.dayPeak, other.dayPeak) : later.dayPeak,
  }
}
