/** Who has a room open right now, and the most there ever were. */
export interface Counts {
  /** Open picture streams. */
  connections: number
  /** Distinct people among them. */
  visitors: number
  /** The most visitors at once since the room was first watched. */
  peak: number
}

/** A room that is watched. */
export interface WatchedCounts extends Omit<Counts, 'peak'> {
  room: string
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
  /** Every room that anyone has open, in any order. */
  rooms(): Promise<WatchedCounts[]>
  /** How many rooms anyone has open on this node. */
  readonly openRooms: number
}
