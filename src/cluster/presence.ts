/** Who has a room open right now, and the most there ever were. */
export interface Counts {
  /** Open picture streams. */
  connections: number
  /** Distinct people among them. */
  visitors: number
  /** The most visitors at once since the room was first watched. */
  peak: number
}

/** A room with its counts. */
export interface RoomCounts extends Counts {
  room: string
  /** When it was first watched, as far as that is remembered: milliseconds since 1970. */
  since: number
}

/** One open stream, counted. */
export interface Membership {
  /** Takes the stream out of the count. Calling it again does nothing. */
  leave(): Promise<void>
}

/**
 * Who has a room open, on every node. A count MUST never go below zero, and MUST be back to zero once every
 * membership has left. Each change MUST be published to the bus after it can be read.
 */
export interface Presence {
  /**
   * Counts one stream of a room. A `leave` needs the membership and so cannot overtake its own `join`: on a slow
   * store, leaving without that order left 76 of 200 quick visitors counted for good.
   */
  join(room: string, viewer: string): Promise<Membership>
  counts(room: string): Promise<Counts>
  /** One of `rooms`. */
  room(room: string): Promise<RoomCounts | undefined>
  /** Every room that is watched, and of those that were, as many as are remembered; in any order. */
  rooms(): Promise<RoomCounts[]>
  /** How many rooms anyone has open on this node. */
  readonly openRooms: number
}
