/** What is saved of a room that was ever watched or requested. */
export interface RoomRow {
  room: string
  /** When it was first watched or requested, in milliseconds since the epoch; null where that is not known. */
  since: number | null
  /** The most visitors at once, ever. */
  peak: number
  /** The most visitors at once on the day that was asked for. */
  peakToday: number
  /** How often its pictures were requested. */
  hits: number
}

/** What saved rooms can be sorted by. */
export type TableSort = keyof RoomRow

/** A place in an order: rooms of equal values are in the order of their names. */
export interface Place {
  value: string | number
  room: string
}

/** Which rooms are wanted. */
export interface RoomFilter {
  /** A part of the room's name, in lower case. @default every room */
  search?: string | undefined
  /** @default every widget */
  widget?: string | undefined
  /** Rooms that are left out. @default none */
  exclude?: readonly string[] | undefined
}

/** Some rooms in an order. */
export interface RoomRange extends RoomFilter {
  sort: TableSort
  isDescending: boolean
  /** Rooms up to this place are left out. @default none */
  after?: Place | undefined
  limit: number
  /** The number of the day whose peaks are wanted, since the epoch in UTC. */
  today: number
}

/** Which rooms may be forgotten. */
export interface IdleRooms {
  /**
   * Rooms that nobody has watched or written are forgotten if they were last requested before this time, in milliseconds
   * since the epoch, and hardly ever.
   */
  before: number
  /** How many rooms there may be. Of more, those that nobody has watched or written go, the longest unused first. */
  maxRooms: number
  /**
   * If that is not enough, those that one visitor at a time has watched, that were hardly requested, that nobody has
   * written and in which nothing has happened since this time.
   */
  unusedSince: number
}

/** A room with more hits is a counter that somebody reads, and not a key that a stranger made up. */
export const FEW_HITS = 10
/** `since` where it is not known: later than any time, so that a time that becomes known is the earlier one. */
export const UNKNOWN_SINCE = Number.MAX_SAFE_INTEGER

/**
 * Every room that was ever watched or requested, as it is saved. A room without a peak whose hits were all taken back
 * is none. Costs in proportion to what is returned, or a scan that does not hold up the thread with the sockets.
 */
export interface RoomTable {
  list(range: RoomRange): Promise<RoomRow[]>
  /** The rows of some rooms, in any order; none for a room that is not saved. */
  read(rooms: readonly string[], today: number): Promise<RoomRow[]>
  count(filter: RoomFilter): Promise<{ rooms: number; hits: number }>
  /** The widgets that have other rooms than the excluded ones, in their order. */
  widgets(exclude: readonly string[]): Promise<string[]>
  /** Deletes all that is saved of a room, part by part, for good. Returns whether there was anything. */
  delete(room: string): Promise<boolean>
  /** Forgets a part of the rooms that may be forgotten; returns which, none if there are no more. */
  forget(rooms: IdleRooms): Promise<string[]>
}

/** Where a room is in an order; one whose `since` is not known comes before all others. */
export function placeOf(row: RoomRow, sort: TableSort): Place {
  return { value: row[sort] ?? 0, room: row.room }
}
