/** What a store can fail at. */
export type StoreOperation = 'read' | 'write' | 'delete'

/** Is told of failures beneath a cluster; wrong arguments of callers are none. */
export interface ClusterObserver {
  storeFailed(operation: StoreOperation): void
  /** Rooms were forgotten that nobody has watched and nobody wrote. */
  roomsForgotten(rooms: number): void
}
