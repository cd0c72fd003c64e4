import { randomBytes } from 'node:crypto'
import { existsSync, statSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'
import { DamageLog } from './damage-log.ts'
import type { ClusterParts, Driver } from './driver.ts'
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

/** A cluster of one that keeps state and history in an SQLite file. */
export const sqliteDriver: Driver = {
  expected: 'file: and the path of a file in an existing folder',
  accepts: isFilePath,
  async open(location, { log, retention, maxRooms, maxVisitorsPerAddress, observer }): Promise<ClusterParts> {
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
  },
}

function isFilePath(path: string): boolean {
  const isFolder = existsSync(path) && statSync(path).isDirectory()
  return path !== '' && !isFolder && existsSync(dirname(resolve(path)))
}
