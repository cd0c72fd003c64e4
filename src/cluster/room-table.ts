/** The saved data of a room that was ever watched or requested. */
export interface RoomRow {
  room: string
  /** When it was first watched or requested, in milliseconds since the epoch; null if unknown. */
  since: number | null
  /** The maximum of visitors. */
  peak: number
  /** The maximum of visitors on the requested day. */
  peakToday: number
  /** How often its pictures were requested. */
  hits: number
}

/** The sort keys of saved rooms. */
export type TableSort = keyof RoomRow

/** A place in an order: rooms with equal values are sorted by name. */
export interface Place {
  value: string | number
  room: string
}

/** Selects rooms. */
export interface RoomFilter {
  /** A part of the room's name, in lower case. @default every room */
  search?: string | undefined
  /** @default every widget */
  widget?: string | undefined
  /** Rooms that are excluded. @default none */
  exclude?: readonly string[] | undefined
}

/** A range of sorted rooms. */
export interface RoomRange extends RoomFilter {
  sort: TableSort
  isDescending: boolean
  /** Rooms up to this place are skipped. @default none */
  after?: Place | undefined
  limit: number
  /** The day of the requested peaks, in days since the epoch, UTC. */
  today: number
}

/** Selects the rooms to delete. */
export interface IdleRooms {
  /**
   * Rooms that were never watched or written, and rarely requested, are deleted if their last request was before this
   * time, in milliseconds since the epoch.
   */
  before: number
  /** The maximum of rooms. If there are more, rooms that were never watched or written are deleted, least recently used first. */
  maxRooms: number
  /**
   * If that is not enough, rooms are deleted that never had more than one visitor at a time, were hardly requested, were
   * never written, and have had no activity since this time.
   */
  unusedSince: number
}

/** A room with more hits is a counter in use, and not a key that a stranger invented. */
export const FEW_HITS = 10
/** An unknown `since`: later than any time, so that a time that becomes known is earlier. */
export const UNKNOWN_SINCE = Number.MAX_SAFE_INTEGER

/**
 * The saved data of every room that was ever watched or requested. A room without a peak whose hits were all taken back
 * is not listed. The cost is proportional to the result, or a scan that does not block the thread with the sockets.
 */
export interface RoomTable {
  list(range: RoomRange): Promise<RoomRow[]>
  /** The rows of some rooms, in any order; no row for an unsaved room. */
  read(rooms: readonly string[], today: number): Promise<RoomRow[]>
  count(filter: RoomFilter): Promise<{ rooms: number; hits: number }>
  /** The widgets with rooms other than the excluded ones, sorted. */
  widgets(exclude: readonly string[]): Promise<string[]>
  /** Deletes all saved data of a room, part by part. Returns whether there was any. */
  delete(room: string): Promise<boolean>
  /** Deletes some of the unused rooms; returns their names, none if there are no more. */
  forget(rooms: IdleRooms): Promise<string[]>
}

/** The place of a room in an order; a room with an unknown `since` comes first. */
export function placeOf(row: RoomRow, sort: TableSort): Place {
  return { value: row[sort] ?? 0, room: row.room }
}
