/** The current counts of a room, and its peak. */
export interface Counts {
  /** Open picture streams. */
  connections: number
  /** Distinct people among them. */
  visitors: number
  /** The maximum of visitors since the room was first watched. */
  peak: number
}

/** The counts of a room, and whether they are those of all nodes. */
export interface RoomCounts extends Counts {
  /** Some nodes did not report: the true counts may be higher. Absent if all did, as in a cluster of one. */
  isPartial?: true
}

/** A watched room. */
export interface WatchedCounts extends Omit<Counts, 'peak'> {
  room: string
}

/** Why a reader is counted: an open stream, or a still that the reader got in place of one. */
export type PresenceKind = 'stream' | 'still'

/** The membership of one open stream in a room. */
export interface Membership {
  /** Removes the stream from the count. Calling it again does nothing. */
  leave(): Promise<void>
}

/**
 * The open streams and visitors of each room, on every node.
 *
 * - A count MUST never go below zero, and MUST be back to zero once every membership has left.
 * - `visitors` is a union: a person who watches on two nodes is one visitor. A viewer key may begin with the key of its
 *   address and a dot; one address MUST NOT add more visitors than the limit, on all nodes together, as `Crowd` counts.
 * - Each change MUST be published to the bus as `presence`, after it can be read.
 * - A node renews its part of the counts under a lease of 10 s; the part of a node that died is removed when the lease
 *   expires, and a node that starts again has a new epoch and does not inherit it.
 * - A node that cannot reach the others counts its own streams, with `isPartial`; it MUST NOT reject.
 */
export interface Presence {
  /**
   * Counts one stream of a room. A `leave` needs the membership, so it cannot overtake its own `join`: without that order,
   * a slow store kept counting 76 of 200 quick visitors for ever.
   * @param kind a `still` adds to the visitors and not to the connections. @default 'stream'
   */
  join(room: string, viewer: string, kind?: PresenceKind): Promise<Membership>
  counts(room: string): Promise<RoomCounts>
  /** The counts of a room if they are known without a request; undefined otherwise. */
  countsNow(room: string): RoomCounts | undefined
  /** Every room with viewers, in any order. */
  rooms(): Promise<WatchedCounts[]>
  /** The number of rooms with viewers on this node. */
  readonly openRooms: number
  /** Removes this node's streams from other nodes' counts at once. Leaving a membership later has no effect. */
  close(): Promise<void>
}
