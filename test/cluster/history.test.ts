import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import Database from 'libsql'
import { pino } from 'pino'
import { afterAll, afterEach, expect, test, vi } from 'vitest'
import { MemoryArchive } from '../../src/cluster/memory-archive.ts'
import { MINUTE } from '../../src/cluster/minute.ts'
import { RecordedHistory } from '../../src/cluster/recorded-history.ts'
import { SqliteArchive } from '../../src/cluster/sqlite-archive.ts'
import { StateFile } from '../../src/cluster/state-file.ts'
import type { StateThread } from '../../src/cluster/state-thread.ts'
import { openThread } from '../support/state-thread.ts'
import { describeHistory } from './history.contract.ts'

const folder = mkdtempSync(join(tmpdir(), 'imgcast-history-'))
const silent = pino({ level: 'silent' })
const threads: StateThread[] = []

afterEach(() => {
  vi.useRealTimers()
})
afterAll(async () => {
  for (const thread of threads) await thread.close()
  rmSync(folder, { recursive: true })
})

describeHistory('a history in memory', () => new MemoryArchive())
describeHistory('a history in a file', async () => {
  const thread = await openThread(join(folder, `${threads.length}.db`), silent)
  threads.push(thread)
  return new SqliteArchive(thread)
})

test('a history is written 20 s after an event, every 40 s while nothing happens, and not at all without viewers', async () => {
  vi.useFakeTimers()
  const archive = new MemoryArchive()
  const write = vi.spyOn(archive, 'add')
  const history = new RecordedHistory({ archive, retention: 1e9, log: pino({ level: 'silent' }) })
  expect(vi.getTimerCount()).toBe(0)
  history.note('r/a', { visitors: 1, connections: 1 })
  await vi.advanceTimersByTimeAsync(20_000)
  expect(write).toHaveBeenCalledTimes(1)
  await vi.advanceTimersByTimeAsync(80_000)
  expect(write).toHaveBeenCalledTimes(3)
  await vi.advanceTimersByTimeAsync(5_000)
  history.note('r/a', { visitors: 0, connections: 0 })
  await vi.advanceTimersByTimeAsync(20_000)
  expect(write).toHaveBeenCalledTimes(4)
  expect(vi.getTimerCount()).toBe(0)
  await history.close()
})

test('a history on a full disk logs that once, and is written when the disk accepts writes again', async () => {
  vi.useFakeTimers()
  const lines: string[] = []
  const log = pino(
    { level: 'info' },
    { write: (line) => void lines.push((JSON.parse(line) as { msg: string }).msg) },
  )
  const archive = new MemoryArchive()
  const write = vi.spyOn(archive, 'add').mockRejectedValue(new Error('database or disk is full'))
  const history = new RecordedHistory({ archive, retention: 1e12, log })
  history.note('r/a', { visitors: 5, connections: 5 })
  history.note('r/a', { visitors: 0, connections: 0 })
  await vi.advanceTimersByTimeAsync(60_000)
  expect(lines).toEqual(['history write failed, will retry'])
  write.mockRestore()
  await vi.advanceTimersByTimeAsync(20_000)
  expect(lines).toEqual(['history write failed, will retry', 'history writes succeed again'])
  expect(await archive.readRecords(['r/a'])).toMatchObject([{ peak: 5 }])
  await history.close()
})

test('a history reports unsaved minutes when it is closed', async () => {
  const archive = new MemoryArchive()
  vi.spyOn(archive, 'add').mockRejectedValue(new Error('database or disk is full'))
  const history = new RecordedHistory({ archive, retention: 1e12, log: silent })
  history.note('r/a', { visitors: 5, connections: 5 })
  await expect(history.close()).rejects.toThrow('the history of 1 rooms could not be saved')
})

test('a history that is saved in pieces adds up to the same', async () => {
  const archive = new MemoryArchive()
  const clock = { now: Date.UTC(2026, 0, 31, 9) }
  const from = clock.now
  vi.useFakeTimers()
  const history = new RecordedHistory({ archive, retention: 1e12, log: silent, now: () => clock.now })
  history.note('r/a', { visitors: 1, connections: 2 })
  for (let seconds = 0; seconds < 180; seconds += 20) {
    clock.now += 20_000
    await vi.advanceTimersByTimeAsync(20_000)
  }
  history.note('r/a', { visitors: 0, connections: 0 })
  await history.close()
  const again = new RecordedHistory({ archive, retention: 1e12, log: silent, now: () => clock.now })
  const steps = await again.read('r/a', { from, to: clock.now, step: MINUTE })
  expect(steps).toEqual(
    [0, 1, 2].map((minute) => ({
      time: from + minute * MINUTE,
      visitors: { peak: 1, mean: 1 },
      connections: { peak: 2, mean: 2 },
      hits: 0,
    })),
  )
  await again.close()
})

test('damaged hours are skipped, and written again', () => {
  const damaged: string[] = []
  const path = join(folder, 'damaged.db')
  const file = new StateFile(path, (kind, room) => damaged.push(`${kind} ${room}`))
  const minute = {
    visitorsPeak: 2,
    visitorsTime: 60_000,
    connectionsPeak: 2,
    connectionsTime: 60_000,
    hits: 1,
  }
  const activity = { record: { room: 'r/a', since: 1, peak: 2, day: 1, dayPeak: 2 } }
  file.history.add([
    {
      ...activity,
      minutes: [
        [60, minute],
        [120, minute],
      ],
    },
  ])
  file.close()
  const database = new Database(path)
  database.exec("UPDATE history SET minutes = x'f2ffff' WHERE hour = 1")
  database.close()
  const again = new StateFile(path, (kind, room) => damaged.push(`${kind} ${room}`))
  const read = () => again.history.readSteps('r/a', { from: 0, to: 180 * MINUTE, step: MINUTE })
  expect(read().map(({ time }) => time)).toEqual([120 * MINUTE])
  expect(damaged).toEqual(['history r/a'])
  again.history.add([{ ...activity, minutes: [[61, minute]] }])
  expect(read().map(({ time }) => time)).toEqual([61 * MINUTE, 120 * MINUTE])
  again.close()
})
