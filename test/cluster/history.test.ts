import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pino } from 'pino'
import { afterAll, afterEach, expect, test, vi } from 'vitest'
import { MemoryArchive } from '../../src/cluster/memory-archive.ts'
import { RecordedHistory } from '../../src/cluster/recorded-history.ts'
import { StateFile } from '../../src/cluster/state-file.ts'
import { describeHistory } from './history.contract.ts'

const folder = mkdtempSync(join(tmpdir(), 'imgcast-history-'))
const files: StateFile[] = []

afterEach(() => {
  vi.useRealTimers()
})
afterAll(() => {
  for (const file of files) file.close()
  rmSync(folder, { recursive: true })
})

describeHistory('a history in memory', () => new MemoryArchive())
describeHistory('a history in a file', () => {
  const file = new StateFile(join(folder, `${files.length}.db`))
  files.push(file)
  return file.history
})

test('a history is written every 20 s while anybody watches, and not at all when nobody does', async () => {
  vi.useFakeTimers()
  const archive = new MemoryArchive()
  const write = vi.spyOn(archive, 'write')
  const history = new RecordedHistory({ archive, retention: 1e9, log: pino({ level: 'silent' }) })
  expect(vi.getTimerCount()).toBe(0)
  history.note('r/a', { visitors: 1, connections: 1 })
  await vi.advanceTimersByTimeAsync(60_000)
  expect(write).toHaveBeenCalledTimes(3)
  history.note('r/a', { visitors: 0, connections: 0 })
  await vi.advanceTimersByTimeAsync(20_000)
  expect(write).toHaveBeenCalledTimes(4)
  expect(vi.getTimerCount()).toBe(0)
  await history.close()
})

test('a history on a disk that takes nothing says so once, and is written when it does again', async () => {
  vi.useFakeTimers()
  const lines: string[] = []
  const log = pino(
    { level: 'info' },
    { write: (line) => void lines.push((JSON.parse(line) as { msg: string }).msg) },
  )
  const archive = new MemoryArchive()
  const write = vi.spyOn(archive, 'write').mockImplementation(() => {
    throw new Error('database or disk is full')
  })
  const history = new RecordedHistory({ archive, retention: 1e12, log })
  history.note('r/a', { visitors: 5, connections: 5 })
  history.note('r/a', { visitors: 0, connections: 0 })
  await vi.advanceTimersByTimeAsync(60_000)
  expect(lines).toEqual(['cannot write the history, trying on'])
  write.mockRestore()
  await vi.advanceTimersByTimeAsync(20_000)
  expect(lines).toEqual(['cannot write the history, trying on', 'the history is written again'])
  expect(archive.readRecord('r/a')).toMatchObject({ peak: 5 })
  await history.close()
})

test('a history in memory keeps the records of 10 000 rooms, not of every room there ever was', () => {
  const archive = new MemoryArchive()
  for (let room = 0; room <= 10_000; room += 1)
    archive.write([], [{ room: `r/${room}`, since: 1, peak: 1, day: 1, dayPeak: 1 }])
  expect(archive.readRecord('r/0')).toBeUndefined()
  expect(archive.readRecord('r/10000')).toBeDefined()
})
