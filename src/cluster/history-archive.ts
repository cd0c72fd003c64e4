/** One room's hour, encoded. */
export interface HourRow {
  room: string
  /** Since the epoch. */
  hour: number
  minutes: Uint8Array
}

/** What is kept of a room for good. */
export interface RecordRow {
  room: string
  /** Milliseconds since the epoch. */
  since: number
  /** The most visitors at once, ever. */
  peak: number
  /** The last day, since the epoch in UTC, on which anybody watched. */
  day: number
  /** The most visitors at once on that day. */
  dayPeak: number
}

/** Where a history's hours are kept. Everything happens at once, and throws where it cannot. */
export interface HistoryArchive {
  /** The hours of a room from `from` up to, but not including, `to`. */
  readHours(room: string, from: number, to: number): Pick<HourRow, 'hour' | 'minutes'>[]
  readRecord(room: string): RecordRow | undefined
  /** The records of at most so many rooms after `after`, in the order of rooms. */
  readRecords(after: string, most: number): RecordRow[]
  /** Writes all, in place of what was there, or, where that fails, nothing. A room's record comes with its first hour. */
  write(hours: readonly HourRow[], records: readonly RecordRow[]): void
  /** Forgets hours before `hour`; a part of them at a time, where there are many. */
  deleteBefore(hour: number): void
}
