import type { ClusterParts, Driver } from './driver.ts'
import { MemoryArchive } from './memory-archive.ts'
import { MemoryBus } from './memory-bus.ts'
import { MemoryLeases } from './memory-leases.ts'
import { MemoryPresence } from './memory-presence.ts'
import { MemoryStore } from './memory-store.ts'
import { MemoryViewerSecrets } from './memory-viewer-secrets.ts'
import { RecordedHistory } from './recorded-history.ts'

/** A cluster of one that forgets everything when the process ends. */
export const memoryDriver: Driver = {
  expected: 'memory:',
  accepts: (rest) => rest === '',
  async open(_rest, { log, retention, maxVisitorsPerAddress }): Promise<ClusterParts> {
    const bus = new MemoryBus(log)
    const history = new RecordedHistory({ archive: new MemoryArchive(), retention, log })
    const presence = new MemoryPresence(bus, history, maxVisitorsPerAddress)
    const store = new MemoryStore(bus)
    const leases = new MemoryLeases()
    const viewerSecrets = new MemoryViewerSecrets()
    return {
      ...{ bus, presence, store, history, leases, viewerSecrets },
      close: async () => {
        for (const part of [presence, leases, history, store, bus]) await part.close()
      },
    }
  },
}
