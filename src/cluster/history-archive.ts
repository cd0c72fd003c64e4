import type { HistoryStep } from '../widget/room-history.ts'
import type { HistoryRange } from './history.ts'
import type { IdleRooms } from './idle-rooms.ts'
import type { Minute } from './minute.ts'

/** What an archive keeps of a room for good. */
export interface RecordRow {
  room: string
  /** When the room was first watched or requested, in milliseconds since the epoch. */
  since: number
  /** The most visitors at once, ever. */
  peak: number
  /** The last day, since the epoch in UTC, on which anybody watched. */
  day: number
  /** The most visitors at once on that day. */
  dayPeak: number
}

/** What happened in a room since its activity was last saved. */
export interface RoomActivity {
  /** Peaks of the time that this process watched the room: saving them twice does no harm. */
  record: RecordRow
  /** By number since the epoch; times and hits are added to what is saved, and hits can be negative. */
  minutes: [number: number, minute: Minute][]
}

/**
 * Where a history is saved. Every call rejects if the storage fails; damaged rows are reported and count as missing.
 */
export interface HistoryArchive {
  /**
   * The steps in which anything happened to a room, in any order, of the minutes from `from` up to, but not including,
   * `to`. As sums: `mean` is the time in milliseconds that all viewers watched, so that steps can be added up.
   */
  readSteps(room: string, range: HistoryRange): Promise<HistoryStep[]>
  /** The records of some rooms, in the same order. */
  readRecords(rooms: readonly string[]): Promise<(RecordRow | undefined)[]>
  /** The first `limit` records whose room comes after `after`, in the order of rooms. */
  listRecords(after: string, limit: number): Promise<RecordRow[]>
  /** Adds activity to what is saved: all of it, or nothing if that fails. A room without minutes gets no record. */
  add(activity: readonly RoomActivity[]): Promise<void>
  /** Forgets a part of the rooms that are idle; resolves to how many, 0 if there are no more. */
  forgetRooms(rooms: IdleRooms): Promise<number>
  /** Deletes hours before `hour`, or a part of them if there are many. */
  deleteBefore(hour: number): Promise<void>
}

/** Two records of one room as one: the earlier start, the higher peaks, the later day. */
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
