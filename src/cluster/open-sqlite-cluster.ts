import { randomBytes } from 'node:crypto'
import { rm } from 'node:fs/promises'
import { resolve } from 'node:path'
import { DamageLog } from './damage-log.ts'
import type { ClusterParts, DriverInit } from './driver.ts'
import { MemoryBus } from './memory-bus.ts'
import { MemoryLeases } from './memory-leases.ts'
import { MemoryPresence } from './memory-presence.ts'
import { MemoryViewerSecrets } from './memory-viewer-secrets.ts'
import { ObservedCalls } from './observed-calls.ts'
import { RecordedHistory } from './recorded-history.ts'
import { RoomDirectory } from './room-directory.ts'
import { SqliteArchive } from './sqlite-archive.ts'
import { SqliteRoomTable } from './sqlite-room-table.ts'
import { SqliteStore } from './sqlite-store.ts'
import { StateThread } from './state-thread.ts'

/** Opens a cluster of one that keeps state and history in an SQLite file. */
export async function openSqliteCluster(
  location: string,
  { log, retention, maxRooms, maxVisitorsPerAddress, observer }: DriverInit,
): Promise<ClusterParts> {
  const path = resolve(location)
  const damage = new DamageLog(log)
  const thread = await StateThread.open(path, { log, damage })
  const calls = observer ? new ObservedCalls(thread, observer) : thread
  const bus = new MemoryBus(log)
  const history = new RecordedHistory({ archive: new SqliteArchive(calls), retention, log })
  const presence = new MemoryPresence(bus, history, maxVisitorsPerAddress)
  const store = new SqliteStore({ calls, path, bus, damage, log })
  const rooms = new RoomDirectory({
    ...{ table: new SqliteRoomTable(calls), memories: [history, store], maxRooms, log },
    onForgotten: (count) => observer?.roomsForgotten(count),
  })
  const leases = new MemoryLeases()
  const save = async () => void (await Promise.all([history.saveAll(), store.save()]))
  return {
    ...{ bus, presence, store, history, rooms, leases, viewerSecrets: new MemoryViewerSecrets() },
    save,
    backup: async () => {
      await save()
      const copy = `${path}.backup-${randomBytes(6).toString('hex')}`
      try {
        await calls.call('backup', copy)
        return copy
      } catch (error) {
        await rm(copy, { force: true })
        throw error
      }
    },
    close: async () => {
      await Promise.all([presence.close(), leases.close(), rooms.close(), bus.close()])
      // Both, and then the file, whatever fails.
      const saved = await Promise.allSettled([history.close(), store.close()])
      const closed = await Promise.allSettled([thread.close()])
      const failed = [...saved, ...closed].find((result) => result.status === 'rejected')
      if (failed) throw failed.reason
    },
  }
}
