/**
 * The part of a room that changed: its viewers, its state, or its hits. `settings`: a hook or a poll that is stored in this
 * room, under the server's own names, was added, changed or deleted. `deleted`: the room and all its data were deleted.
 * `redraw`: something that the server does not know of has changed.
 */
export type Change = 'presence' | 'state' | 'hits' | 'settings' | 'deleted' | 'redraw'

/** Called for a change of any room. */
export type ChangeListener = (room: string, change: Change) => void

/**
 * Notifies every node, including the publishing one, that a room changed. A message has no content: listeners read the
 * state again, so that a lost or duplicated message does no harm.
 *
 * - A message MUST reach listeners after the change can be read on their node.
 * - Several messages about the same change of the same room MAY be delivered as one; the last MUST be delivered.
 * - A listener that throws MUST be logged, and MUST NOT keep others from being called, nor make `publish` throw.
 * - A bus that was disconnected from other nodes MUST call the listeners of `onReconnect` when it is connected again:
 *   messages were lost, so everything must be redrawn. A bus that cannot be disconnected never calls them.
 * - After `close` nothing is delivered, and `publish` does nothing.
 */
export interface Bus {
  publish(room: string, change: Change): void
  /** Calls `listener` for every change; returns an unsubscribe function. */
  subscribe(listener: ChangeListener): () => void
  /** Calls `listener` whenever messages may have been lost; returns an unsubscribe function. */
  onReconnect(listener: () => void): () => void
  close(): Promise<void>
}
