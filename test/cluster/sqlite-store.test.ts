import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import fc from 'fast-check'
import { type Logger, pino } from 'pino'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { MemoryBus } from '../../src/cluster/memory-bus.ts'
import { SqliteStore } from '../../src/cluster/sqlite-store.ts'
import { StateFile } from '../../src/cluster/state-file.ts'
import { all } from '../support/all.ts'
import { eventually } from '../support/eventually.ts'
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

function open(path = newPath(), log: Logger = silent) {
  const file = new StateFile(path)
  const observer = { storeFailed: vi.fn(), busFailed: vi.fn() }
  return { file, store: new SqliteStore(file, new MemoryBus(), log, observer), observer }
}

/** A log whose lines can be read. */
function recorder(): { log: Logger; lines: string[] } {
  const lines: string[] = []
  const write = (line: string) => void lines.push((JSON.parse(line) as { msg: string }).msg)
  return { log: pino({ level: 'info' }, { write }), lines }
}

describeStore('a store in a file', (bus) => new SqliteStore(new StateFile(newPath()), bus, silent))

describe('a store in a file', () => {
  test('answers like the one in memory, however often it is written and opened anew', async () => {
    await fc.assert(
      fc.asyncProperty(histories, async (history) => {
        const path = newPath()
        const model = modelStore()
        let { store } = open(path)
        for (const step of history) {
          if (step.kind === 'other') {
            await store.close()
            store = open(path).store
          } else expect(await play(store, step)).toEqual(await play(model, step))
        }
        await store.close()
      }),
      { numRuns: 40 },
    )
  })

  test('keeps everything when it is closed', async () => {
    const path = newPath()
    const { store } = open(path)
    for (let room = 0; room < 1000; room += 1) await store.set(`r/${room}`, 'x', { room })
    await store.close()
    const { store: again } = open(path)
    for (let room = 0; room < 1000; room += 1) expect(await again.get(`r/${room}`, 'x')).toEqual({ room })
    await again.close()
  })

  test('lists what is in the file as it has changed since', async () => {
    const path = newPath()
    const first = open(path)
    for (const room of ['r/a', 'r/b', 'r/c']) await first.store.set(room, 'x', 1)
    await first.store.close()
    const { store } = open(path)
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

  test('writes at once what comes after a pause', async () => {
    const { file, store } = open()
    await store.set('r/a', 'x', 1)
    await eventually(() => expect(file.read('r/a', 'x')).toBe('1'))
    await store.close()
  })

  test('writes no more than one transaction a second, whatever is written', async () => {
    const { file, store } = open()
    const write = vi.spyOn(file, 'write')
    const begin = performance.now()
    let adds = 0
    while (performance.now() - begin < 3_000) {
      for (let i = 0; i < 100; i += 1) await store.add('r/a', 'x', 1)
      adds += 100
      await sleep(5)
    }
    // The first comes at once, each other one a second after the one before; a slow machine has fewer.
    const seconds = Math.floor((performance.now() - begin) / 1_000)
    expect(write.mock.calls.length).toBeGreaterThanOrEqual(2)
    expect(write.mock.calls.length).toBeLessThanOrEqual(seconds + 1)
    await store.close()
    expect(adds).toBeGreaterThan(write.mock.calls.length * 10)
  })

  test('has no timer while nothing changes', async () => {
    const timers = vi.spyOn(globalThis, 'setTimeout')
    const { store } = open()
    await store.get('r/a', 'x')
    expect(timers).not.toHaveBeenCalled()
    timers.mockRestore()
    await store.close()
  })

  test('reads a value from the file once, and knows that there is none', async () => {
    const { file, store } = open()
    const read = vi.spyOn(file, 'read')
    for (let i = 0; i < 10; i += 1) await store.get('r/a', 'none')
    expect(read).toHaveBeenCalledTimes(1)
    await store.close()
  })

  test('forgets what is long untouched, and reads it from the file again', async () => {
    const { file, store } = open()
    const value = 'x'.repeat(60_000)
    for (let room = 0; room < 400; room += 1) await store.set(`r/${room}`, 'x', value)
    await eventually(() => expect(file.read('r/399', 'x')).toBeDefined())
    const read = vi.spyOn(file, 'read')
    await store.get('r/399', 'x')
    expect(read).not.toHaveBeenCalled()
    expect(await store.get('r/0', 'x')).toBe(value)
    expect(read).toHaveBeenCalledTimes(1)
    await store.close()
  })

  test('a disk that takes nothing is said once, costs nothing, and is tried until it takes it', async () => {
    const { log, lines } = recorder()
    const { file, store } = open(newPath(), log)
    const write = vi.spyOn(file, 'write').mockImplementation(() => {
      throw new Error('database or disk is full')
    })
    expect(await store.add('r/a', 'x', 1)).toBe(1)
    await eventually(() => expect(write.mock.calls.length).toBeGreaterThanOrEqual(2))
    expect(await store.add('r/a', 'x', 1)).toBe(2)
    expect(lines).toEqual(['cannot write the store, trying on'])
    write.mockRestore()
    await eventually(() => expect(file.read('r/a', 'x')).toBe('2'))
    expect(lines).toEqual(['cannot write the store, trying on', 'the store is written again'])
    await store.close()
  })

  test('what a full disk took none of at the end is said', async () => {
    const { log, lines } = recorder()
    const { file, store } = open(newPath(), log)
    vi.spyOn(file, 'write').mockImplementation(() => {
      throw new Error('database or disk is full')
    })
    await store.set('r/a', 'x', 1)
    await store.close()
    expect(lines).toEqual(['cannot write the store, trying on', 'lost what could not be written'])
  })

  test('tells of each failure of the disk, and of no other', async () => {
    const { file, store, observer } = open()
    const full = () => {
      throw new Error('database or disk is full')
    }
    await expect(store.get('r/a', '')).rejects.toThrow(TypeError)
    await expect(store.set('r/a', 'x', undefined)).rejects.toThrow(TypeError)
    expect(observer.storeFailed).not.toHaveBeenCalled()
    const mocks = [
      vi.spyOn(file, 'read').mockImplementation(full),
      vi.spyOn(file, 'list').mockImplementation(full),
      vi.spyOn(file, 'deleteNames').mockImplementation(full),
      vi.spyOn(file, 'write').mockImplementation(full),
    ]
    await expect(store.get('r/a', 'x')).rejects.toThrow('full')
    await expect(all(store.list('x'))).rejects.toThrow('full')
    await expect(store.deleteNames('a', 'b')).rejects.toThrow('full')
    await store.set('r/a', 'y', 1)
    await eventually(() => expect(observer.storeFailed).toHaveBeenCalledTimes(5))
    expect(observer.storeFailed.mock.calls.flat()).toEqual(['read', 'read', 'delete', 'write', 'write'])
    for (const mock of mocks) mock.mockRestore()
    await store.close()
  })

  test('does not fill the memory while the disk takes nothing', async () => {
    const { file, store } = open()
    const write = vi.spyOn(file, 'write').mockImplementation(() => {
      throw new Error('database or disk is full')
    })
    const value = 'x'.repeat(65_000)
    await store.set('r/a', 'x', value)
    await eventually(() => expect(write).toHaveBeenCalled())
    const writes = Array.from({ length: 1_200 }, (_, room) => store.set(`r/${room}`, 'x', value))
    const refused = (await Promise.allSettled(writes)).filter(({ status }) => status === 'rejected')
    expect(refused.length).toBeGreaterThan(0)
    write.mockRestore()
    await eventually(() => store.set('r/1199', 'x', value))
    await store.close()
  })

  test('refuses to be asked after it was closed, rather than to lose a write', async () => {
    const { store } = open()
    await store.close()
    await expect(store.set('r/a', 'x', 1)).rejects.toThrow('closed')
    await expect(store.get('r/a', 'x')).rejects.toThrow('closed')
  })
})
