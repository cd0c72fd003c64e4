/** Who has a room open right now, and the most who ever had. */
export interface Counts {
  /** Open picture streams. */
  connections: number
  /** Distinct people among them. */
  visitors: number
  /** The most visitors at once since the room was first watched. */
  peak: number
}

/** The counts of a room, and whether they are those of all nodes. */
export interface RoomCounts extends Counts {
  /** Some nodes could not be asked: the true counts may be higher. Absent if all were, as in a cluster of one. */
  isPartial?: true
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
 * Who has a room open, on every node.
 *
 * - A count MUST never go below zero, and MUST be back to zero once every membership has left.
 * - `visitors` is a union: a person who watches on two nodes is one visitor. A viewer key may begin with the key of its
 *   address and a dot; one address MUST NOT add more visitors than the limit, on all nodes together, as `Crowd` counts.
 * - Each change MUST be published to the bus as `presence`, after it can be read.
 * - A node renews its part of the counts under a lease of 10 s; the part of a node that ended without a word is gone when
 *   the lease is over, and a node that starts again has a new epoch and does not inherit it.
 * - A node that cannot reach the others counts its own streams, with `isPartial`; it MUST NOT reject.
 */
export interface Presence {
  /**
   * Counts one stream of a room. A `leave` needs the membership, and so cannot overtake its own `join`: on a slow store,
   * leaving without that order left 76 of 200 quick visitors counted for good.
   */
  join(room: string, viewer: string): Promise<Membership>
  counts(room: string): Promise<RoomCounts>
  /** The counts of a room where they are known without asking anybody; undefined otherwise. */
  countsNow(room: string): Counts | undefined
  /** Every room that anybody has open, in any order. */
  rooms(): Promise<WatchedCounts[]>
  /** The number of rooms that anybody has open on this node. */
  readonly openRooms: number
  /** Takes this node's streams out of the counts of other nodes at once. Memberships can still be left, to no effect. */
  close(): Promise<void>
}
