import type { IdleRooms, RoomFilter, RoomRange, RoomRow, RoomTable } from './room-table.ts'
import type { StateCalls } from './state-calls.ts'

/** The rooms of a state file. */
export class SqliteRoomTable implements RoomTable {
  readonly #calls: StateCalls

  constructor(calls: StateCalls) {
    this.#calls = calls
  }

  list(range: RoomRange): Promise<RoomRow[]> {
    return this.#calls.call('listRooms', range)
  }

  read(rooms: readonly string[], today: number): Promise<RoomRow[]> {
    return this.#calls.call('readRooms', rooms, today)
  }

  count(filter: RoomFilter): Promise<{ rooms: number; hits: number }> {
    return this.#calls.call('countRooms', filter)
  }

  widgets(exclude: readonly string[]): Promise<string[]> {
    return this.#calls.call('listWidgets', exclude)
  }

  async delete(room: string): Promise<boolean> {
    let deleted = 0
    for (let part = 1; part > 0; deleted += part) part = await this.#calls.call('deleteRoom', room)
    return deleted > 0
  }

  forget(rooms: IdleRooms): Promise<string[]> {
    return this.#calls.call('forgetRooms', rooms)
  }
}
