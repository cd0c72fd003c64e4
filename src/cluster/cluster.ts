import { resolve } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Logger } from 'pino'
import type { Bus } from './bus.ts'
import type { History } from './history.ts'
import { Hits } from './hits.ts'
import { MemoryArchive } from './memory-archive.ts'
import { MemoryBus } from './memory-bus.ts'
import { MemoryPresence } from './memory-presence.ts'
import { MemoryStore } from './memory-store.ts'
import { ObservedArchive } from './observed-archive.ts'
import type { ClusterObserver } from './observer.ts'
import type { Presence } from './presence.ts'
import { RecordedHistory } from './recorded-history.ts'
import { SqliteStore } from './sqlite-store.ts'
import { StateFile } from './state-file.ts'
import type { Store } from './store.ts'
import { StoreError } from './store-error.ts'
import { ViewerKeys } from './viewer-key.ts'

/** What the nodes of one service share. One process is a cluster of one. */
export interface Cluster {
  presence: Presence
  bus: Bus
  store: Store
  hits: Hits
  history: History
  viewerKeys: ViewerKeys
  /** Keeps what rooms remember, and their history. Nothing may be asked of it afterwards. */
  close(): Promise<void>
}

/** How long a file that somebody else has is waited for, in milliseconds: a server may take five seconds to stop. */
const PATIENCE = 6_000
const PATIENCE_CHECK = 100

/**
 * Makes a cluster of one.
 * @param location `memory:`, which forgets when the process ends, or `file:` and the path of an SQLite file.
 * @param retention milliseconds that rooms' history is kept. @default for ever
 * @param observer is told of what fails. @default nobody
 * @throws StoreError where the file cannot be opened, is not Imgcast's, is damaged, or stays open in another process.
 */
export async function createCluster(
  location: string,
  log: Logger,
  { retention = Number.POSITIVE_INFINITY, observer }: { retention?: number; observer?: ClusterObserver } = {},
): Promise<Cluster> {
  const bus = new MemoryBus()
  const file = location.startsWith('file:')
    ? await openFile(resolve(location.slice('file:'.length)))
    : undefined
  const store = file ? new SqliteStore(file, bus, log, observer) : new MemoryStore(bus)
  const kept = file?.history ?? new MemoryArchive()
  const archive = observer ? new ObservedArchive(kept, observer) : kept
  const history = new RecordedHistory({ archive, retention, log })
  return {
    bus,
    presence: new MemoryPresence(bus, history),
    store,
    hits: new Hits(store, bus, history),
    history,
    viewerKeys: new ViewerKeys(),
    close: async () => {
      // First: the store closes the file.
      await history.close()
      await store.close()
    },
  }
}

async function openFile(path: string): Promise<StateFile> {
  const deadline = performance.now() + PATIENCE
  for (;;) {
    try {
      return new StateFile(path)
    } catch (error) {
      if (!(error instanceof StoreError && error.isTaken) || performance.now() > deadline) throw error
    }
    await sleep(PATIENCE_CHECK)
  }
}
