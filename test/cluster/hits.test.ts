import { describe, expect, test } from 'vitest'
import { Hits } from '../../src/cluster/hits.ts'
import { MemoryBus } from '../../src/cluster/memory-bus.ts'
import { MemoryStore } from '../../src/cluster/memory-store.ts'

function makeHits() {
  const bus = new MemoryBus()
  const store = new MemoryStore(bus)
  const clock = { now: Date.UTC(2026, 0, 31, 23, 59, 59) }
  const changed: string[] = []
  const recorded: [string, number][] = []
  const history = { hit: (room: string, amount: number) => void recorded.push([room, amount]) }
  bus.subscribe((room) => changed.push(room))
  return { store, clock, changed, recorded, hits: new Hits(store, bus, history, () => clock.now) }
}

describe('hits', () => {
  test('are counted for all time and by day in UTC', async () => {
    const { hits, store, clock, recorded } = makeHits()
    await hits.count('r/a')
    await hits.count('r/a')
    clock.now += 1_000
    await hits.count('r/a')
    await hits.count('r/b')
    await hits.uncount('r/b')
    expect(await store.get('r/a', '$hits')).toBe(3)
    expect(await store.get('r/a', '$hits:2026-01-31')).toBe(2)
    expect(await store.get('r/a', '$hits:2026-02-01')).toBe(1)
    expect(await store.get('r/b', '$hits')).toBe(0)
    expect(recorded.map(([room, amount]) => `${room} ${amount}`)).toEqual([
      'r/a 1',
      'r/a 1',
      'r/a 1',
      'r/b 1',
      'r/b -1',
    ])
  })

  test('can be read before counting has ended', () => {
    const { hits, store } = makeHits()
    void hits.count('r/a')
    return expect(store.get('r/a', '$hits')).resolves.toBe(1)
  })

  test('of days older than a week are deleted, in every room', async () => {
    const { hits, store, clock } = makeHits()
    await hits.count('r/a')
    clock.now += 7 * 86_400_000
    await hits.count('r/b')
    expect(await store.get('r/a', '$hits:2026-01-31')).toBe(1)
    clock.now += 86_400_000
    await hits.count('r/b')
    expect(await store.get('r/a', '$hits:2026-01-31')).toBeUndefined()
    expect(await store.get('r/b', '$hits:2026-02-07')).toBe(1)
    expect(await store.get('r/a', '$hits')).toBe(1)
  })

  test('change the pictures of those widgets only that read them', async () => {
    const { hits, changed } = makeHits()
    await hits.count('hits/a')
    hits.widgetRead('online/a', 'color')
    await hits.count('online/a')
    expect(changed).toEqual([])
    hits.widgetRead('hits/a', '$hits')
    await hits.count('hits/b')
    await hits.count('online/a')
    expect(changed).toEqual(['hits/b'])
  })

  test('that cannot be counted do no harm', async () => {
    const { store } = makeHits()
    store.add = () => Promise.reject(new Error('no'))
    store.deleteNames = () => Promise.reject(new Error('no'))
    await new Hits(store, new MemoryBus(), { hit: () => {} }).count('r/a')
  })
})
