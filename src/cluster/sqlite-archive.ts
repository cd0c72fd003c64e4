import type { HistoryStep } from '../widget/room-history.ts'
import type { HistoryRange } from './history.ts'
import type { HistoryArchive, RecordRow, RoomActivity } from './history-archive.ts'
import type { StateCalls } from './state-calls.ts'

/** The archive in a state file. */
export class SqliteArchive implements HistoryArchive {
  readonly #calls: StateCalls

  constructor(calls: StateCalls) {
    this.#calls = calls
  }

  readSteps(room: string, range: HistoryRange): Promise<HistoryStep[]> {
    return this.#calls.call('readSteps', room, range)
  }

  readRecords(rooms: readonly string[]): Promise<(RecordRow | undefined)[]> {
    return this.#calls.call('readRecords', rooms)
  }

  addRecords(records: readonly RecordRow[], seen: number): Promise<void> {
    return this.#calls.call('addRecords', records, seen)
  }

  add(activity: readonly RoomActivity[]): Promise<void> {
    return this.#calls.call('add', activity)
  }

  deleteBefore(hour: number): Promise<void> {
    return this.#calls.call('deleteBefore', hour)
  }
}
