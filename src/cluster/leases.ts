/**
 * Named rights that one node of a cluster holds at a time, for example to run a poll, to deliver a hook's messages, or to
 * record a room's history.
 *
 * - While a lease is held and has not expired, `hold` of any other node MUST return false.
 * - The leases of a node that is disconnected or stops running MUST expire on time.
 * - A lease is a hint, not a lock: a node that was suspended may continue for a moment after its lease expired, so work
 *   under a lease must do no harm if it is done twice.
 */
export interface Leases {
  /**
   * Acquires a lease for `duration` milliseconds, or extends it. Returns whether this node holds it now; false also if the
   * cluster cannot be reached. Never rejects.
   */
  hold(name: string, duration: number): Promise<boolean>
  /** Releases a lease, if this node holds it. */
  release(name: string): Promise<void>
  /** Releases every lease of this node. `hold` returns false from then on. */
  close(): Promise<void>
}
