import fc from 'fast-check'
import { pino } from 'pino'
import { afterEach, describe, expect, test } from 'vitest'
import type { Bus } from '../../src/cluster/bus.ts'
import { MemoryBus } from '../../src/cluster/memory-bus.ts'
import { MemoryStore } from '../../src/cluster/memory-store.ts'
import type { Store } from '../../src/cluster/store.ts'
import { readSeries } from '../../src/series/read-series.ts'
import { SeriesList } from '../../src/series/series-list.ts'
import { all } from '../support/all.ts'

/** What every store promises. `make` is called for each test. */
export function describeStore(kind: string, make: (bus: Bus) => Store | Promise<Store>): void {
  const stores: Store[] = []
  const open = async (bus: Bus = new MemoryBus()) => {
    const store = await make(bus)
    stores.push(store)
    return store
  }
  afterEach(async () => {
    for (const store of stores.splice(0)) await store.close()
  })

  describe(kind, () => {
    test('keeps JSON values, and no caller can modify another’s value', async () => {
      const store = await open()
      const value = { list: [1] }
      await store.set('r/a', 'x', value)
      value.list.push(2)
      const read = (await store.get('r/a', 'x')) as typeof value
      expect(read).toEqual({ list: [1] })
      read.list.push(3)
      expect(await store.get('r/a', 'x')).toEqual({ list: [1] })
      expect(await store.get('r/a', 'y')).toBeUndefined()
      expect(await store.get('r/b', 'x')).toBeUndefined()
    })

    test('holds a series of numbers to which several add at once', async () => {
      const bus = new MemoryBus()
      const store = await open(bus)
      const now = Date.UTC(2026, 0, 31, 12)
      const init = {
        store,
        bus,
        log: pino({ level: 'silent' }),
        retention: 86_400_000,
        maxSeries: 10,
        now: () => now,
      }
      const lists = [new SeriesList(init), new SeriesList(init)]
      const values = Array.from({ length: 20 }, (_, index) => index)
      await Promise.all(
        values.map((value) => lists[value % 2]?.add('cpu', [{ time: now - (value % 4) * 1_000, value }])),
      )
      const { points } = await readSeries(store, 'cpu', {
        from: now - 3_600_000,
        to: now + 1,
        step: 3_600_000,
      })
      expect(Math.min(...points.map(({ min }) => min))).toBe(0)
      expect(Math.max(...points.map(({ max }) => max))).toBe(19)
      const { points: seconds } = await readSeries(store, 'cpu', {
        from: now - 10_000,
        to: now + 1,
        step: 1_000,
      })
      expect(seconds.map(({ mean }) => mean)).toEqual([11, 10, 9, 8])
      expect(await lists[0]?.list()).toMatchObject([{ key: 'cpu', time: now }])
      expect(await lists[1]?.delete('cpu')).toBe(true)
      expect(await lists[0]?.get('cpu')).toBeUndefined()
    })

    test('returns whether there was a value to delete', async () => {
      const store = await open()
      expect(await store.delete('r/a', 'x')).toBe(false)
      await store.set('r/a', 'x', null)
      expect(await store.delete('r/a', 'x')).toBe(true)
      expect(await store.delete('r/a', 'x')).toBe(false)
      expect(await store.get('r/a', 'x')).toBeUndefined()
    })

    test('adds without losing one of many at once', async () => {
      const store = await open()
      const sums = await Promise.all(Array.from({ length: 100 }, () => store.add('r/a', 'hits', 1)))
      expect(new Set(sums).size).toBe(100)
      expect(await store.get('r/a', 'hits')).toBe(100)
      expect(await store.add('r/a', 'hits', -0.5)).toBe(99.5)
    })

    test('updates without losing one of many at once, and deletes what becomes undefined', async () => {
      const store = await open()
      const append = (list: unknown) => [...((list ?? []) as number[]), 1]
      await Promise.all(Array.from({ length: 50 }, () => store.update('r/a', 'list', append)))
      expect(await store.get('r/a', 'list')).toHaveLength(50)
      expect(await store.update('r/a', 'list', (list) => (list as number[]).slice(-2))).toEqual([1, 1])
      expect(await store.update('r/a', 'list', () => undefined)).toBeUndefined()
      expect(await store.delete('r/a', 'list')).toBe(false)
    })

    test('writes nothing if an update throws or returns a value that is not JSON', async () => {
      const bus = new MemoryBus()
      const store = await open(bus)
      await store.set('r/a', 'x', { list: [1] })
      const seen: string[] = []
      bus.subscribe((room) => seen.push(room))
      const fail = (value: unknown) => {
        ;(value as { list: number[] }).list.push(2)
        throw new Error('no')
      }
      await expect(store.update('r/a', 'x', fail)).rejects.toThrow('no')
      await expect(store.update('r/a', 'x', () => () => 1)).rejects.toThrow(TypeError)
      await expect(store.update('r/a', 'a b', () => 1)).rejects.toThrow(TypeError)
      await store.update('r/a', 'y', () => undefined)
      expect(await store.get('r/a', 'x')).toEqual({ list: [1] })
      expect(seen).toEqual([])
    })

    test('refuses values that are not JSON, and adding to values that are not numbers', async () => {
      const store = await open()
      for (const value of [undefined, () => 1, 1n, Symbol('x')])
        await expect(store.set('r/a', 'x', value)).rejects.toThrow(/^expected `x` to be a JSON value/i)
      await store.set('r/a', 'x', 'text')
      await expect(store.add('r/a', 'x', 1)).rejects.toThrow(/^expected `x` to be a number, found string/i)
      for (const amount of [Number.NaN, Number.POSITIVE_INFINITY, '1' as unknown as number])
        await expect(store.add('r/a', 'y', amount)).rejects.toThrow(/^expected a number to add to `y`/i)
      await store.set('r/a', 'y', Number.MAX_VALUE)
      await expect(store.add('r/a', 'y', Number.MAX_VALUE)).rejects.toThrow(RangeError)
      expect(await store.get('r/a', 'x')).toBe('text')
      expect(await store.get('r/a', 'y')).toBe(Number.MAX_VALUE)
    })

    test('accepts 64 KiB of JSON and not a byte more', async () => {
      const store = await open()
      const largest = 'ä'.repeat(32_767)
      await store.set('r/a', 'x', largest)
      expect(await store.get('r/a', 'x')).toBe(largest)
      const tooLarge = store.set('r/a', 'x', `${largest}a`)
      await expect(tooLarge).rejects.toThrow(RangeError)
      await expect(tooLarge).rejects.toThrow('Expected `x` to be at most 65536 bytes of JSON, got 65537')
      expect(await store.get('r/a', 'x')).toBe(largest)
    })

    test('accepts names of 1 to 64 plain characters, and the server’s own', async () => {
      const store = await open()
      const right = ['x', 'A-z_0.9~', 'n'.repeat(64), '$hits', '$hits:2026-01-31', '__proto__', 'constructor']
      for (const name of right) {
        expect(await store.get('r/a', name)).toBeUndefined()
        await store.set('r/a', name, name)
        expect(await store.get('r/a', name)).toBe(name)
      }
      for (const name of ['', 'n'.repeat(65), 'a b', 'a:b', 'a\n', 'ä', '$', 42 as unknown as string]) {
        const calls = [
          store.get('r/a', name),
          store.set('r/a', name, 1),
          store.add('r/a', name, 1),
          store.delete('r/a', name),
        ]
        for (const call of calls) await expect(call).rejects.toThrow(TypeError)
      }
    })

    test('publishes each change after it can be read, and nothing else', async () => {
      const bus = new MemoryBus()
      const store = await open(bus)
      const seen: Promise<unknown>[] = []
      bus.subscribe((room) => seen.push(store.get(room, 'x').then((value) => [room, value])))
      await store.set('r/a', 'x', 1)
      await store.add('r/a', 'x', 1)
      await store.delete('r/a', 'x')
      await store.delete('r/a', 'x')
      await store.get('r/b', 'x')
      await store.set('r/a', 'x', undefined).catch(() => {})
      expect(await Promise.all(seen)).toEqual([
        ['r/a', 1],
        ['r/a', 2],
        ['r/a', undefined],
      ])
    })

    test('does not publish the server’s own counts', async () => {
      const bus = new MemoryBus()
      const store = await open(bus)
      const seen: string[] = []
      bus.subscribe((room) => seen.push(room))
      await store.add('r/a', '$hits', 1)
      await store.delete('r/a', '$hits')
      expect(seen).toEqual([])
    })

    test('deletes a range of names in every room', async () => {
      const store = await open()
      for (const room of ['r/a', 'r/b'])
        for (const name of ['$hits', '$hits:1', '$hits:2', '$hits:3', 'x']) await store.set(room, name, 1)
      await store.deleteNames('$hits:', '$hits:3')
      for (const room of ['r/a', 'r/b']) {
        expect(await store.get(room, '$hits:1')).toBeUndefined()
        expect(await store.get(room, '$hits:2')).toBeUndefined()
        for (const name of ['$hits', '$hits:3', 'x']) expect(await store.get(room, name)).toBe(1)
      }
    })

    test('lists the rooms that have a value by a name, in their order', async () => {
      const store = await open()
      for (const room of ['r/a', 'r/b', 'r/c']) {
        await store.set(room, 'x', { room })
        await store.set(room, 'xy', 1)
        await store.add(room, '$hits', 2)
      }
      await store.delete('r/b', 'x')
      const rows = await all(store.list('x'))
      expect(rows).toEqual([
        ['r/a', { room: 'r/a' }],
        ['r/c', { room: 'r/c' }],
      ])
      expect(await all(store.list('$hits'))).toEqual([
        ['r/a', 2],
        ['r/b', 2],
        ['r/c', 2],
      ])
      expect(await all(store.list('nothing'))).toEqual([])
      await expect(all(store.list('a b'))).rejects.toThrow(TypeError)
    })

    test('lists however many rooms, with other work between', async () => {
      const store = await open()
      const rooms = Array.from({ length: 10_000 }, (_, index) => `r/${String(index).padStart(5, '0')}`)
      const reversed = rooms.toReversed()
      for (let at = 0; at < rooms.length; at += 200)
        await Promise.all(reversed.slice(at, at + 200).map((room) => store.set(room, 'x', room)))
      let turns = 0
      let isOver = false
      const turn = () => {
        turns += 1
        if (!isOver) setImmediate(turn)
      }
      setImmediate(turn)
      const seen = await all(store.list('x'))
      isOver = true
      expect(seen).toEqual(rooms.map((room) => [room, room]))
      expect(turns).toBeGreaterThan(0)
    })

    test('publishes its changes as `state`', async () => {
      const bus = new MemoryBus()
      const store = await open(bus)
      const seen: string[] = []
      bus.subscribe((_room, change) => seen.push(change))
      await store.set('r/a', 'x', 1)
      await store.delete('r/a', 'x')
      expect(seen).toEqual(['state', 'state'])
    })

    test('has a durable write that can be read and was published at once, and is done later', async () => {
      const bus = new MemoryBus()
      const store = await open(bus)
      const seen: string[] = []
      bus.subscribe((room, change) => seen.push(`${room} ${change}`))
      const writing = store.set('r/a', 'x', 1, { durable: true })
      expect(await store.get('r/a', 'x')).toBe(1)
      expect(seen).toEqual(['r/a state'])
      await writing
      expect(await store.add('r/a', 'x', 1, { durable: true })).toBe(2)
      expect(await store.delete('r/a', 'x', { durable: true })).toBe(true)
      expect(await store.delete('r/a', 'x', { durable: true })).toBe(false)
      expect(await store.get('r/a', 'x')).toBeUndefined()
    })

    test('has the newest of many durable writes of one value', async () => {
      const store = await open()
      const values = Array.from({ length: 200 }, (_, index) => index)
      await Promise.all(values.map((value) => store.set('r/a', 'x', value, { durable: true })))
      expect(await store.get('r/a', 'x')).toBe(199)
    })

    test('adds to a value that is being read, and to one that was read', async () => {
      const store = await open()
      const adding = store.add('r/a', '$hits', 1)
      expect(await store.get('r/a', '$hits')).toBe(1)
      expect(await adding).toBe(1)
    })

    test('refuses every call after it was closed', async () => {
      const store = await open()
      await store.set('r/a', 'x', 1)
      await store.close()
      await expect(store.set('r/a', 'x', 1)).rejects.toMatchObject({ status: 503 })
      await expect(store.add('r/a', 'x', 1)).rejects.toMatchObject({ status: 503 })
      await expect(store.get('r/a', 'x')).rejects.toMatchObject({ status: 503 })
      await expect(store.delete('r/a', 'x')).rejects.toMatchObject({ status: 503 })
      await expect(store.deleteNames('a', 'b')).rejects.toMatchObject({ status: 503 })
      await expect(all(store.list('x'))).rejects.toMatchObject({ status: 503 })
    })

    test('may be closed twice', async () => {
      const store = await open()
      await store.set('r/a', 'x', 1)
      await store.close()
      await store.close()
    })
  })
}

const room = fc.constantFrom('r/a', 'r/b')
const name = fc.constantFrom('x', 'y', '$z')
const operation = fc.oneof(
  fc.record({ kind: fc.constant('set' as const), room, name, value: fc.jsonValue() }),
  fc.record({ kind: fc.constant('add' as const), room, name, value: fc.integer() }),
  fc.record({ kind: fc.constant('delete' as const), room, name, value: fc.constant(null) }),
  fc.record({ kind: fc.constant('get' as const), room, name, value: fc.constant(null) }),
  fc.record({ kind: fc.constant('other' as const), room, name, value: fc.constant(null) }),
)

/** One step of a history; `other` is something that only some stores do: write, or start again. */
export type Operation = typeof operation extends fc.Arbitrary<infer Step> ? Step : never

/** Any history, for property tests. */
export const histories: fc.Arbitrary<Operation[]> = fc.array(operation, { maxLength: 60 })

/** What a step returns, or its error's text. */
export async function play(store: Store, { kind, room, name, value }: Operation): Promise<unknown> {
  try {
    if (kind === 'set') return await store.set(room, name, value)
    if (kind === 'add') return await store.add(room, name, value as number)
    return await (kind === 'delete' ? store.delete(room, name) : store.get(room, name))
  } catch (error) {
    return String(error)
  }
}

/** The store that others are compared with. */
export function modelStore(): Store {
  return new MemoryStore(new MemoryBus())
}
