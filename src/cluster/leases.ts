/**
 * Rights that one node of a cluster holds at a time, by name: which node runs a poll, delivers for a hook, or samples a
 * room.
 *
 * - While a lease is held and not over, `hold` of any other node MUST return false.
 * - A node that is cut off or stops running loses its leases when their time is over, and not later.
 * - A lease is a hint, not a lock: a node that was suspended may go on for a moment after its lease is over, so that work
 *   under a lease must do no harm when it is done twice.
 */
export interface Leases {
  /**
   * Takes a lease for `duration` milliseconds, or extends it. Returns whether this node holds it now; false as well if the
   * cluster cannot be reached. Never rejects.
   */
  hold(name: string, duration: number): Promise<boolean>
  /** Gives a lease up, if this node holds it. */
  release(name: string): Promise<void>
  /** Gives up every lease of this node. `hold` returns false from then on. */
  close(): Promise<void>
}
