import type { Bus } from './bus.ts'
import { MemoryBus } from './memory-bus.ts'
import { MemoryPresence } from './memory-presence.ts'
import { MemoryStore } from './memory-store.ts'
import type { Presence } from './presence.ts'
import type { Store } from './store.ts'
import { ViewerKeys } from './viewer-key.ts'

/** What the nodes of one service share. One process is a cluster of one. */
export interface Cluster {
  presence: Presence
  bus: Bus
  store: Store
  viewerKeys: ViewerKeys
}

/** Makes a cluster of one that forgets when the process ends (`--store memory:`). */
export function createMemoryCluster(): Cluster {
  const bus = new MemoryBus()
  return { bus, presence: new MemoryPresence(bus), store: new MemoryStore(bus), viewerKeys: new ViewerKeys() }
}
