/** The operations of a store that can fail. */
export type StoreOperation = 'read' | 'write' | 'delete'

/** Notified of failures of the storage; wrong arguments of callers are not failures. */
export interface ClusterObserver {
  storeFailed(operation: StoreOperation): void
  /** Rooms were deleted that were never watched or written. */
  roomsForgotten(rooms: number): void
}
