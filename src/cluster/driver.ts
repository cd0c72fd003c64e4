import type { Logger } from 'pino'
import type { Bus } from './bus.ts'
import type { ClusterReport, NodeFacts } from './cluster-report.ts'
import type { VisitorLimit } from './crowd.ts'
import type { History } from './history.ts'
import type { Leases } from './leases.ts'
import type { ClusterNode } from './node.ts'
import type { ClusterObserver } from './observer.ts'
import type { Peers } from './peers.ts'
import type { Presence } from './presence.ts'
import type { RoomLists } from './room-directory.ts'
import type { SharedFiles } from './shared-files.ts'
import type { Siblings } from './siblings.ts'
import type { Store } from './store.ts'
import type { ViewerSecrets } from './viewer-secrets.ts'

/** The options of a driver. */
export interface DriverInit {
  node: ClusterNode
  log: Logger
  /** Milliseconds that the history is kept. */
  retention: number
  /** Maximum of stored rooms that were never watched or written. @default no limit */
  maxRooms?: number | undefined
  /** Maximum of visitors that one address adds to a room. @default 'auto' */
  maxVisitorsPerAddress?: VisitorLimit | undefined
  /** Notified of failures. @default none */
  observer?: ClusterObserver | undefined
}

/** The parts that the nodes of one cluster share. Each part's own comment is its contract. */
export interface ClusterParts {
  bus: Bus
  presence: Presence
  store: Store
  history: History
  /** Every room that is kept. */
  rooms: RoomLists
  leases: Leases
  viewerSecrets: ViewerSecrets
  /** Absent where there is only one node, which keeps its files itself. */
  files?: SharedFiles
  /**
   * Writes a consistent copy of everything that is stored to a new file, and resolves to its path; the caller deletes the
   * file. Rejects if the storage fails. Absent where nothing is stored in a file.
   */
  backup?(): Promise<string>
  /**
   * Saves all changes so far, as far as that succeeds. Never rejects: the rest is retried, and `close` reports it. Absent
   * where changes do not wait to be saved.
   */
  save?(): Promise<void>
  /** The processes of the cluster, and whether the counts are those of all. Absent where there is only one. */
  report?(): ClusterReport
  /** Takes the function that reads the facts of this process for that report. */
  describe?(read: () => NodeFacts): void
  /** The processes that serve one port of this machine. Absent where it is one. */
  siblings?: Siblings
  /** The nodes of all machines. Absent where there is one machine. */
  peers?: Peers
  /**
   * Leaves the cluster: this node's leases and counts end at once, and everything is saved. No other call is allowed
   * afterwards. Rejects with a `StoreError` if something could not be saved, after everything else is closed.
   */
  close(): Promise<void>
}

/** A way to share state: a row of `DRIVERS`, or an object that a host app passes as `store`. */
export interface Driver {
  /** Completes the sentence "expected ..." for a location: its form and its limits. */
  readonly expected: string
  /** Whether a location, without its scheme, looks valid. Does not open it. */
  accepts(location: string): boolean
  /** Whether several processes can open one location, and are one cluster then. @default false */
  readonly isShared?: boolean
  /** @throws StoreError if the location cannot be opened, is not Imgcast's, is damaged, or is taken. */
  open(location: string, init: DriverInit): Promise<ClusterParts>
}

/** Whether a store is a driver, and not the location of one. */
export function isDriver(store: unknown): store is Driver {
  return typeof store === 'object' && store !== null && typeof (store as Driver).open === 'function'
}
