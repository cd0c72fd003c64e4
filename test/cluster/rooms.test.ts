import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pino } from 'pino'
import { afterAll } from 'vitest'
import { DamageLog } from '../../src/cluster/damage-log.ts'
import { MemoryArchive } from '../../src/cluster/memory-archive.ts'
import { MemoryRoomTable } from '../../src/cluster/memory-room-table.ts'
import { MemoryStore } from '../../src/cluster/memory-store.ts'
import { SqliteArchive } from '../../src/cluster/sqlite-archive.ts'
import { SqliteRoomTable } from '../../src/cluster/sqlite-room-table.ts'
import { SqliteStore } from '../../src/cluster/sqlite-store.ts'
import { DirectCalls } from '../support/state-thread.ts'
import { describeRooms } from './rooms.contract.ts'

const log = pino({ level: 'silent' })
const folder = mkdtempSync(join(tmpdir(), 'imgcast-rooms-'))
let files = 0

afterAll(() => rmSync(folder, { recursive: true }))

describeRooms('rooms in memory', (bus) => {
  const archive = new MemoryArchive()
  const store = new MemoryStore(bus)
  return { archive, store, table: new MemoryRoomTable(archive, store), memories: [], close: async () => {} }
})

describeRooms('rooms in a file', (bus) => {
  files += 1
  const path = join(folder, `${files}.db`)
  const damage = new DamageLog(log)
  const calls = new DirectCalls(path, damage)
  const store = new SqliteStore({ calls, path, bus, damage, log })
  const archive = new SqliteArchive(calls)
  return {
    ...{ archive, store, table: new SqliteRoomTable(calls), memories: [store] },
    close: () => calls.close(),
  }
})
