import type { Logger } from 'pino'
import type { Bus } from './bus.ts'
import type { VisitorLimit } from './crowd.ts'
import type { History } from './history.ts'
import type { Leases } from './leases.ts'
import type { ClusterNode } from './node.ts'
import type { ClusterObserver } from './observer.ts'
import type { Presence } from './presence.ts'
import type { Store } from './store.ts'
import type { ViewerSecrets } from './viewer-secrets.ts'

/** What a driver is opened with. */
export interface DriverInit {
  node: ClusterNode
  log: Logger
  /** Milliseconds that the history is kept. */
  retention: number
  /** How many rooms are kept, apart from those that were watched or written. @default any number */
  maxRooms?: number | undefined
  /** How many visitors one address can add to a room. @default 'auto' */
  maxVisitorsPerAddress?: VisitorLimit | undefined
  /** @default failures are not counted */
  observer?: ClusterObserver | undefined
}

/** The parts that the nodes of one cluster share. Each part's own comment is its contract. */
export interface ClusterParts {
  bus: Bus
  presence: Presence
  store: Store
  history: History
  leases: Leases
  viewerSecrets: ViewerSecrets
  /**
   * Leaves the cluster: leases and counts of this node end at once, everything is saved, and nothing may be asked
   * afterwards. Rejects with a `StoreError` if something could not be saved, after everything else is closed.
   */
  close(): Promise<void>
}

/** A way to share state: a row of `DRIVERS`, or an object that a host app passes as `store`. */
export interface Driver {
  /** Completes the sentence "expected ..." for a location: its form and its limits. */
  readonly expected: string
  /** Whether a location, without its scheme, can be opened as far as can be told without opening it. */
  accepts(location: string): boolean
  /** @throws StoreError if the location cannot be opened, is not Imgcast's, is damaged, or is taken. */
  open(location: string, init: DriverInit): Promise<ClusterParts>
}
