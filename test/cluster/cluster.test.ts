import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pino } from 'pino'
import { afterAll, afterEach, expect, test, vi } from 'vitest'
import { createCluster } from '../../src/cluster/cluster.ts'
import { HistoryTable } from '../../src/cluster/history-table.ts'
import { DAY, HOUR } from '../../src/cluster/minute.ts'
import { all } from '../support/all.ts'

const folder = mkdtempSync(join(tmpdir(), 'imgcast-cluster-'))

afterEach(() => {
  vi.useRealTimers()
  vi.restoreAllMocks()
})
afterAll(() => rmSync(folder, { recursive: true }))

test('a cluster tells of each failure of the disk that only its history meets', async () => {
  const observer = { storeFailed: vi.fn(), busFailed: vi.fn() }
  const location = `file:${join(folder, 'history.db')}`
  const { history, close } = await createCluster(location, pino({ level: 'silent' }), {
    retention: DAY,
    observer,
  })
  const told = () => observer.storeFailed.mock.calls.splice(0).flat()
  vi.useFakeTimers()
  const fail = (method: 'readHours' | 'readRecord' | 'readRecords' | 'write' | 'deleteBefore') =>
    vi.spyOn(HistoryTable.prototype, method).mockImplementation(() => {
      throw new Error('disk I/O error')
    })
  const now = Date.now()

  const reads = [fail('readHours'), fail('readRecord'), fail('readRecords')]
  await expect(history.read('r/a', { from: now - HOUR / 2, to: now, step: HOUR })).rejects.toThrow('disk')
  await expect(history.record('r/a')).rejects.toThrow('disk')
  await expect(all(history.records())).rejects.toThrow('disk')
  history.hit('r/a', 1)
  expect(new Set(told())).toEqual(new Set(['read']))
  for (const mock of reads) mock.mockRestore()

  history.hit('r/a', 1)
  expect(told()).toEqual([])
  const write = fail('write')
  await vi.advanceTimersByTimeAsync(20_000)
  expect(told()).toEqual(['write'])
  write.mockRestore()

  fail('deleteBefore')
  await vi.advanceTimersByTimeAsync(20_000)
  expect(told()).toEqual(['delete'])
  await close()
})
