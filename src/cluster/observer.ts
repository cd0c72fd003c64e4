/** What can fail of a store. */
export type StoreOperation = 'read' | 'write' | 'delete'

/** What can fail of a bus. */
export type BusOperation = 'publish' | 'subscribe'

/** Told what fails beneath a cluster, for whoever counts it; what callers did wrong is none of it. */
export interface ClusterObserver {
  storeFailed(operation: StoreOperation): void
  busFailed(operation: BusOperation): void
}
