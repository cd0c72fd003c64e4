/**
 * Tells every node that a room changed. Carries no content: whoever hears it reads the state anew, so that a lost
 * or doubled message does no harm.
 */
export interface Bus {
  publish(room: string): void
  /** Calls `listener` for every change of any room; answers what ends that. */
  subscribe(listener: (room: string) => void): () => void
}
