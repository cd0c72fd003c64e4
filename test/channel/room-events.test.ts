import { describe, expect, test } from 'vitest'
import { type LiveEvent, RoomEvents } from '../../src/channel/room-events.ts'
import { MemoryBus } from '../../src/cluster/memory-bus.ts'
import { MemoryPresence } from '../../src/cluster/memory-presence.ts'
import { MemoryStore } from '../../src/cluster/memory-store.ts'
import { eventually } from '../support/eventually.ts'
import { Hub } from '../support/hub.ts'
import { memoryHistory } from '../support/memory-history.ts'

function makeEvents() {
  const bus = new MemoryBus()
  const presence = new MemoryPresence(bus, memoryHistory())
  const store = new MemoryStore(bus)
  const events = new RoomEvents(presence, bus)
  const seen: LiveEvent[] = []
  const ends: string[] = []
  events.subscribe(
    (event) => seen.push(event),
    () => ends.push('end'),
  )
  const arrived = (count: number) => eventually(() => expect(seen).toHaveLength(count))
  return { bus, presence, store, events, seen, ends, arrived }
}

describe('events of rooms', () => {
  test('cannot be resumed across a gap in the bus, and can again after it', async () => {
    const hub = new Hub()
    const [near, far] = [hub.join(), hub.join()]
    const events = new RoomEvents(near.presence, near.bus)
    const seen: LiveEvent[] = []
    events.subscribe(
      (event) => seen.push(event),
      () => {},
    )
    await near.presence.join('r/a', 'ann')
    await eventually(() => expect(seen).toHaveLength(1))
    const before = events.lastId
    near.cut()
    await far.parts.store.set('r/b', 'x', 1)
    near.reconnect()
    expect(events.since(before)).toBeUndefined()
    const after = events.lastId
    await far.parts.store.set('r/b', 'x', 2)
    await eventually(() =>
      expect(events.since(after)?.map(({ type, room }) => [type, room])).toEqual([['state', 'r/b']]),
    )
  })

  test('are each joining and leaving with the counts of then, and each write', async () => {
    const { presence, store, seen, arrived } = makeEvents()
    const [ann, again] = await Promise.all([presence.join('r/a', 'ann'), presence.join('r/a', 'ann')])
    await store.set('r/b', 'x', 1)
    await ann.leave()
    await again.leave()
    await again.leave()
    await arrived(5)
    expect(
      seen.map(({ type, room, connections, visitors, peak }) => [type, room, connections, visitors, peak]),
    ).toEqual([
      ['join', 'r/a', 1, 1, 1],
      ['join', 'r/a', 2, 1, 1],
      ['state', 'r/b', 0, 0, 0],
      ['leave', 'r/a', 1, 1, 1],
      ['leave', 'r/a', 0, 0, 1],
    ])
    expect(new Set(seen.map(({ id }) => id)).size).toBe(5)
  })

  test('contain the reason why a viewer left, if it is known', async () => {
    const { presence, events, seen, arrived } = makeEvents()
    const [ann, bob, eve] = await Promise.all(['ann', 'bob', 'eve'].map((name) => presence.join('r/a', name)))
    events.noteLeave('r/a', 'ghost')
    await ann?.leave()
    await bob?.leave()
    events.noteLeave('r/a', 'left')
    await eve?.leave()
    await presence.join('r/a', 'joe')
    await arrived(7)
    const reasons = seen.map(({ type, reason }) => [type, reason])
    expect(reasons.slice(3)).toEqual([
      ['leave', 'ghost'],
      ['leave', undefined],
      ['leave', 'left'],
      ['join', undefined],
    ])
    expect(Object.hasOwn(seen.at(-1) ?? {}, 'reason')).toBe(false)
  })

  test('are not hits', async () => {
    const { bus, store, seen, arrived } = makeEvents()
    bus.publish('r/a', 'hits')
    await store.add('r/a', '$hits', 1)
    await store.set('r/a', 'x', 1)
    await arrived(1)
    expect(seen[0]?.type).toBe('state')
  })

  test('from one message are one event, and an unchanged count is none', async () => {
    const bus = new MemoryBus()
    let connections = 0
    const presence = new MemoryPresence(bus, memoryHistory())
    presence.counts = async () => ({ connections, visitors: connections, peak: 3 })
    const events = new RoomEvents(presence, bus)
    const seen: LiveEvent[] = []
    events.subscribe(
      (event) => seen.push(event),
      () => {},
    )
    for (const count of [3, 3, 1, 0, 0]) {
      connections = count
      bus.publish('r/a', 'presence')
    }
    await eventually(() => expect(seen.length).toBeGreaterThanOrEqual(3))
    expect(seen.map(({ type, connections }) => [type, connections])).toEqual([
      ['join', 3],
      ['leave', 1],
      ['leave', 0],
    ])
  })

  test('keep their order if counting takes longer for some', async () => {
    const bus = new MemoryBus()
    const presence = new MemoryPresence(bus, memoryHistory())
    const delays = [30, 0, 10]
    let calls = 0
    presence.counts = async () => {
      calls += 1
      const connections = calls
      await new Promise((resolve) => setTimeout(resolve, delays[connections - 1]))
      return { connections, visitors: 1, peak: 1 }
    }
    const events = new RoomEvents(presence, bus)
    const seen: number[] = []
    events.subscribe(
      (event) => seen.push(event.connections),
      () => {},
    )
    for (let turn = 0; turn < 3; turn += 1) bus.publish('r/a', 'presence')
    await eventually(() => expect(seen).toEqual([1, 2, 3]))
  })

  test('continue after a count that failed', async () => {
    const { bus, presence, seen, arrived } = makeEvents()
    const { counts } = presence
    presence.counts = () => Promise.reject(new Error('no'))
    bus.publish('r/a', 'state')
    presence.counts = counts
    bus.publish('r/b', 'state')
    await arrived(1)
    expect(seen[0]?.room).toBe('r/b')
  })

  test('that were missed are returned while they are kept', async () => {
    const { bus, events, seen, arrived } = makeEvents()
    const before = events.lastId
    for (let turn = 0; turn < 1_000; turn += 1) bus.publish(`r/${turn}`, 'state')
    await arrived(1_000)
    expect(events.since(before)).toEqual(seen)
    expect(events.since(events.lastId)).toEqual([])
    expect(events.since(seen[996]?.id ?? '')).toEqual(seen.slice(997))
    bus.publish('r/more', 'state')
    await arrived(1_001)
    expect(events.since(before)).toBeUndefined()
    expect(events.since(seen[0]?.id ?? '')).toEqual(seen.slice(1))
  })

  test('that were missed are no gap for a room that had none of them', async () => {
    const { bus, events, arrived } = makeEvents()
    bus.publish('r/quiet', 'state')
    await arrived(1)
    const before = events.lastId
    for (let turn = 0; turn < 1_500; turn += 1) bus.publish('r/busy', 'state')
    await arrived(1_501)
    expect(events.since(before, (room) => room === 'r/quiet')).toHaveLength(1_000)
    expect(events.since(before, (room) => room === 'r/busy')).toBeUndefined()
  })

  test.each(['', 'nonsense', '12', 'ffffffff-1', 'ffffffff-99999999999999999999'])(
    'after %j are unknown',
    (id) => {
      expect(makeEvents().events.since(id)).toBeUndefined()
    },
  )

  test('of the future are unknown too', () => {
    const { events } = makeEvents()
    expect(events.since(events.lastId.replace(/\d+$/, '5'))).toBeUndefined()
  })

  test('end when they are closed', async () => {
    const { bus, events, seen, ends } = makeEvents()
    events.close()
    bus.publish('r/a', 'state')
    await new Promise((resolve) => setTimeout(resolve, 20))
    expect([ends, seen]).toEqual([['end'], []])
    events.subscribe(
      () => {},
      () => ends.push('at once'),
    )
    expect(ends).toEqual(['end', 'at once'])
  })
})
