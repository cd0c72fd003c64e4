/** What changed of a room: who watches it, what it remembers, or how often its pictures were asked for. */
export type Change = 'presence' | 'state' | 'hits'

/**
 * Tells every node that a room changed, and what of it. Carries no content: whoever hears it reads the state anew, so
 * that a lost or doubled message does no harm.
 */
export interface Bus {
  publish(room: string, change: Change): void
  /** Calls `listener` for every change of any room; answers what ends that. */
  subscribe(listener: (room: string, change: Change) => void): () => void
}
