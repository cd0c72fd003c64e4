import type { ClusterParts, DriverInit } from './driver.ts'
import { MemoryArchive } from './memory-archive.ts'
import { MemoryBus } from './memory-bus.ts'
import { MemoryLeases } from './memory-leases.ts'
import { MemoryPresence } from './memory-presence.ts'
import { MemoryRoomTable } from './memory-room-table.ts'
import { MemoryStore } from './memory-store.ts'
import { MemoryViewerSecrets } from './memory-viewer-secrets.ts'
import { RecordedHistory } from './recorded-history.ts'
import { RoomDirectory } from './room-directory.ts'

/** Opens a cluster of one that forgets everything when the process ends. */
export async function openMemoryCluster({
  log,
  retention,
  maxRooms,
  maxVisitorsPerAddress,
  observer,
}: DriverInit): Promise<ClusterParts> {
  const bus = new MemoryBus(log)
  const archive = new MemoryArchive()
  const history = new RecordedHistory({ archive, retention, log })
  const presence = new MemoryPresence(bus, history, maxVisitorsPerAddress)
  const store = new MemoryStore(bus)
  const rooms = new RoomDirectory({
    ...{ table: new MemoryRoomTable(archive, store), memories: [history], maxRooms, log },
    onForgotten: (count) => observer?.roomsForgotten(count),
  })
  const leases = new MemoryLeases()
  const viewerSecrets = new MemoryViewerSecrets()
  return {
    ...{ bus, presence, store, history, rooms, leases, viewerSecrets },
    close: async () => {
      for (const part of [presence, leases, rooms, history, store, bus]) await part.close()
    },
  }
}
