import type { HistoryStep } from '../widget/room-history.ts'
import type { HistoryRange } from './history.ts'
import type { HistoryArchive, RecordRow, RoomActivity } from './history-archive.ts'
import type { IdleRooms } from './idle-rooms.ts'
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

  listRecords(after: string, limit: number): Promise<RecordRow[]> {
    return this.#calls.call('listRecords', after, limit)
  }

  add(activity: readonly RoomActivity[]): Promise<void> {
    return this.#calls.call('add', activity)
  }

  forgetRooms(rooms: IdleRooms): Promise<number> {
    return this.#calls.call('forgetRooms', rooms)
  }

  deleteBefore(hour: number): Promise<void> {
    return this.#calls.call('deleteBefore', hour)
  }
}
