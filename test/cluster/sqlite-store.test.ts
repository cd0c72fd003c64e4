import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import fc from 'fast-check'
import Database from 'libsql'
import { type Logger, pino } from 'pino'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import type { Bus } from '../../src/cluster/bus.ts'
import { DamageLog } from '../../src/cluster/damage-log.ts'
import { MemoryBus } from '../../src/cluster/memory-bus.ts'
import { ObservedCalls } from '../../src/cluster/observed-calls.ts'
import { SqliteStore } from '../../src/cluster/sqlite-store.ts'
import { StateFile } from '../../src/cluster/state-file.ts'
import type { Store } from '../../src/cluster/store.ts'
import { StoreError } from '../../src/cluster/store-error.ts'
import { all } from '../support/all.ts'
import { eventually } from '../support/eventually.ts'
import { DirectCalls, FailingCalls, openThread } from '../support/state-thread.ts'
import { describeStore, histories, modelStore, play } from './store.contract.ts'

const silent = pino({ level: 'silent' })
let folder: string
let files = 0

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'imgcast-store-'))
})
afterAll(() => rmSync(folder, { recursive: true }))

function newPath(): string {
  files += 1
  return join(folder, `${files}.db`)
}

/** A store in a file, and the calls to that file. Closing the store closes the file. */
async function open(path = newPath(), log: Logger = silent, bus: Bus = new MemoryBus(), isThread = false) {
  const damage = new DamageLog(log)
  const thread = isThread ? await openThread(path, log, damage) : new DirectCalls(path, damage)
  const calls = new FailingCalls(thread)
  const observer = { storeFailed: vi.fn(), roomsForgotten: vi.fn() }
  const observed = new ObservedCalls(calls, observer)
  const store = new SqliteStore({ calls: observed, path, bus, damage, log })
  const closeStore = store.close.bind(store)
  let closing: Promise<void> | undefined
  store.close = () => {
    closing ??= closeStore().finally(() => thread.close())
    return closing
  }
  const onDisk = async (room: string, name: string) => (await thread.call('readMany', [{ room, name }]))[0]
  return { calls, store, observer, onDisk }
}

/** A log whose lines can be read. */
function recorder(): { log: Logger; lines: string[] } {
  const lines: string[] = []
  const write = (line: string) => void lines.push((JSON.parse(line) as { msg: string }).msg)
  return { log: pino({ level: 'info' }, { write }), lines }
}

describeStore(
  'a store in a file',
  async (bus): Promise<Store> => (await open(newPath(), silent, bus, true)).store,
)

describe('a store in a file', () => {
  test('behaves like the one in memory, however often it is opened again', async () => {
    await fc.assert(
      fc.asyncProperty(histories, async (history) => {
        const path = newPath()
        const model = modelStore()
        let { store } = await open(path)
        for (const step of history) {
          if (step.kind === 'other') {
            await store.close()
            store = (await open(path)).store
          } else expect(await play(store, step)).toEqual(await play(model, step))
        }
        await store.close()
      }),
      { numRuns: 40 },
    )
  })

  test('keeps everything when it is closed', async () => {
    const path = newPath()
    const { store } = await open(path)
    for (let room = 0; room < 1000; room += 1) await store.set(`r/${room}`, 'x', { room })
    await store.close()
    const { store: again } = await open(path)
    for (let room = 0; room < 1000; room += 1) expect(await again.get(`r/${room}`, 'x')).toEqual({ room })
    await again.close()
  })

  test('lists the values of the file with later changes', async () => {
    const path = newPath()
    const first = await open(path)
    for (const room of ['r/a', 'r/b', 'r/c']) await first.store.set(room, 'x', 1)
    await first.store.close()
    const { store } = await open(path)
    await store.set('r/a', 'x', 2)
    await store.delete('r/b', 'x')
    await store.set('r/d', 'x', 4)
    expect(await all(store.list('x'))).toEqual([
      ['r/a', 2],
      ['r/c', 1],
      ['r/d', 4],
    ])
    await store.close()
  })

  test('writes the first change after a pause at once', async () => {
    const { store, onDisk } = await open()
    await store.set('r/a', 'x', 1)
    await eventually(async () => expect(await onDisk('r/a', 'x')).toBe('1'))
    await store.close()
  })

  test('writes no more than one transaction a second, whatever is written', async () => {
    const { calls, store } = await open()
    const begin = performance.now()
    let adds = 0
    while (performance.now() - begin < 3_000) {
      for (let i = 0; i < 100; i += 1) await store.add('r/a', 'x', 1)
      adds += 100
      await sleep(5)
    }
    // The first comes at once, each other one a second after the one before; a slow machine has fewer.
    const seconds = Math.floor((performance.now() - begin) / 1_000)
    expect(calls.count('write')).toBeGreaterThanOrEqual(2)
    expect(calls.count('write')).toBeLessThanOrEqual(seconds + 1)
    await store.close()
    expect(adds).toBeGreaterThan(calls.count('write') * 10)
  })

  test('has no timer without changes', async () => {
    const { store } = await open()
    const timers = vi.spyOn(globalThis, 'setTimeout')
    await store.get('r/a', 'x')
    expect(timers).not.toHaveBeenCalled()
    timers.mockRestore()
    await store.close()
  })

  test('reads a value from the file once, even if there is none', async () => {
    const { calls, store } = await open()
    for (let i = 0; i < 10; i += 1) await store.get('r/a', 'none')
    expect(calls.count('readMany')).toBe(1)
    await store.close()
  })

  test('evicts values that were not used for long, and reads them again', async () => {
    const { calls, store, onDisk } = await open()
    const value = 'x'.repeat(60_000)
    for (let room = 0; room < 400; room += 1) await store.set(`r/${room}`, 'x', value)
    await eventually(async () => expect(await onDisk('r/399', 'x')).toBeDefined())
    const before = calls.count('readMany')
    await store.get('r/399', 'x')
    expect(calls.count('readMany')).toBe(before)
    expect(await store.get('r/0', 'x')).toBe(value)
    expect(calls.count('readMany')).toBe(before + 1)
    await store.close()
  })

  test('a full disk is logged once, costs nothing, and is retried until it accepts writes', async () => {
    const { log, lines } = recorder()
    const { calls, store, onDisk } = await open(newPath(), log)
    calls.failing.add('write')
    expect(await store.add('r/a', 'x', 1)).toBe(1)
    await eventually(() => expect(calls.count('write')).toBeGreaterThanOrEqual(2))
    expect(await store.add('r/a', 'x', 1)).toBe(2)
    expect(lines).toEqual(['store write failed, will retry'])
    calls.failing.delete('write')
    await eventually(async () => expect(await onDisk('r/a', 'x')).toBe('2'))
    expect(lines).toEqual(['store write failed, will retry', 'store writes succeed again'])
    await store.close()
  })

  test('values that a full disk refused at the end are reported', async () => {
    const { log, lines } = recorder()
    const { calls, store } = await open(newPath(), log)
    calls.failing.add('write')
    await store.set('r/a', 'x', 1)
    await expect(store.close()).rejects.toThrow(StoreError)
    expect(lines).toEqual(['store write failed, will retry', 'lost values that could not be saved'])
  })

  test('reports each failure of the disk, and no other', async () => {
    const { calls, store, observer } = await open()
    await expect(store.get('r/a', '')).rejects.toThrow(TypeError)
    await expect(store.set('r/a', 'x', undefined)).rejects.toThrow(TypeError)
    expect(observer.storeFailed).not.toHaveBeenCalled()
    for (const method of ['readMany', 'list', 'deleteNames', 'write'] as const) calls.failing.add(method)
    await expect(store.get('r/a', 'x')).rejects.toThrow('full')
    await expect(all(store.list('x'))).rejects.toThrow('full')
    await expect(store.deleteNames('a', 'b')).rejects.toThrow('full')
    await store.set('r/a', 'y', 1)
    await eventually(() => expect(observer.storeFailed).toHaveBeenCalledTimes(5))
    expect(observer.storeFailed.mock.calls.flat()).toEqual(['read', 'read', 'delete', 'write', 'write'])
    calls.failing.clear()
    await store.close()
  })

  test('does not fill the memory while the disk refuses writes', async () => {
    const { calls, store } = await open()
    calls.failing.add('write')
    const value = 'x'.repeat(65_000)
    await store.set('r/a', 'x', value)
    await eventually(() => expect(calls.count('write')).toBeGreaterThan(0))
    const writes = Array.from({ length: 1_200 }, (_, room) => store.set(`r/${room}`, 'x', value))
    const refused = (await Promise.allSettled(writes)).filter(({ status }) => status === 'rejected')
    expect(refused.length).toBeGreaterThan(0)
    calls.failing.delete('write')
    await eventually(() => store.set('r/1199', 'x', value))
    await store.close()
  })

  test('has a durable write on disk when it is done, and many share a commit', async () => {
    const { calls, store, onDisk } = await open()
    await store.set('r/a', 'x', 1, { durable: true })
    expect(await onDisk('r/a', 'x')).toBe('1')
    const begin = performance.now()
    const before = calls.count('write')
    for (let round = 0; round < 20; round += 1) {
      const rooms = Array.from({ length: 50 }, (_, room) => `r/${room}`)
      await Promise.all(rooms.map((room) => store.set(room, 'x', round, { durable: true })))
      expect(await onDisk('r/49', 'x')).toBe(String(round))
    }
    const elapsed = performance.now() - begin
    expect(calls.count('write') - before).toBeLessThanOrEqual(elapsed / 20 + 1)
    expect(calls.count('write') - before).toBeLessThanOrEqual(40)
    for (const { method, args } of calls.made)
      if (method === 'write') expect(args[1]).toEqual({ isDurable: true })
    await store.close()
  })

  test('does not commit counters more often because others write durably', async () => {
    const { calls, store, onDisk } = await open()
    await store.add('r/a', '$hits', 1)
    await eventually(async () => expect(await onDisk('r/a', '$hits')).toBe('1'))
    await store.add('r/a', '$hits', 1)
    await store.set('r/a', 'x', 1, { durable: true })
    expect(calls.made.at(-1)?.args[0]).toEqual([{ room: 'r/a', name: 'x', json: '1' }])
    await store.close()
  })

  test('rejects a durable write that the disk refuses, keeps it and retries', async () => {
    const { calls, store, onDisk } = await open()
    calls.failing.add('write')
    await expect(store.set('r/a', 'x', 1, { durable: true })).rejects.toMatchObject({
      status: 503,
      code: 'not-saved',
      headers: { 'Retry-After': '1' },
    })
    expect(await store.get('r/a', 'x')).toBe(1)
    calls.failing.delete('write')
    await eventually(async () => expect(await onDisk('r/a', 'x')).toBe('1'))
    await store.close()
  })

  test('skips every kind of damaged row, logs each kind once, and continues', async () => {
    const path = newPath()
    new StateFile(path).close()
    const database = new Database(path)
    const insert = database.prepare('INSERT INTO state VALUES (?, ?, ?)')
    for (const room of ['r/a', 'r/b', 'r/c'])
      for (const name of ['x', '$hits', '$poll', '$hook', 'badge'])
        insert.run(room, name, room === 'r/b' ? '1' : '{no')
    // Not UTF-8, in a value and in a room.
    database.exec(
      "INSERT INTO state VALUES ('r/u', 'x', CAST(x'ff41' AS TEXT)), (CAST(x'61ff' AS TEXT), 'x', '1')",
    )
    database.close()
    const { log, lines } = recorder()
    const { store } = await open(path, log)
    for (const name of ['x', '$hits', '$poll', '$hook', 'badge']) {
      expect(await store.get('r/a', name)).toBeUndefined()
      expect(await all(store.list(name))).toEqual([['r/b', 1]])
    }
    expect(await store.get('r/u', 'x')).toBeUndefined()
    expect(await store.add('r/a', '$hits', 1)).toBe(1)
    await store.set('r/a', 'x', 2)
    expect(await all(store.list('x'))).toEqual([
      ['r/a', 2],
      ['r/b', 1],
    ])
    await store.close()
    expect(lines).toEqual(Array.from({ length: 4 }, () => 'store has damaged rows, which are skipped'))
  })

  test('lists rooms while their values are large and change', async () => {
    const path = newPath()
    const first = await open(path)
    const large = 'x'.repeat(60_000)
    for (let room = 0; room < 100; room += 1) await first.store.set(`r/${room + 100}`, 'x', large)
    await first.store.close()
    const { calls, store } = await open(path)
    await store.delete('r/150', 'x')
    await store.set('r/199', 'x', 1)
    const rows = await all(store.list('x'))
    expect(rows).toHaveLength(99)
    expect(rows.at(-1)).toEqual(['r/199', 1])
    expect(calls.count('list')).toBeGreaterThan(4)
    await store.close()
  })
})
