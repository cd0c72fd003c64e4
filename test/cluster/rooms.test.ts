import { describe, expect, test } from 'vitest'
import { Hits } from '../../src/cluster/hits.ts'
import { MemoryBus } from '../../src/cluster/memory-bus.ts'
import { MemoryPresence } from '../../src/cluster/memory-presence.ts'
import { MemoryStore } from '../../src/cluster/memory-store.ts'
import { Rooms } from '../../src/cluster/rooms.ts'
import { memoryHistory } from '../support/memory-history.ts'

function makeRooms() {
  const bus = new MemoryBus()
  const clock = { now: 1_000 }
  const store = new MemoryStore(bus)
  const history = memoryHistory(() => clock.now)
  const presence = new MemoryPresence(bus, history)
  const hits = new Hits(store, bus, history, () => clock.now)
  return { clock, store, presence, hits, rooms: new Rooms({ presence, store, history }) }
}

describe('rooms', () => {
  test('are those that are or were watched, or were requested', async () => {
    const { clock, presence, hits, rooms } = makeRooms()
    await hits.count('online/asked')
    clock.now = 2_000
    await presence.join('online/now', 'ann')
    await presence.join('online/now', 'ann')
    await presence.join('online/now', 'bob')
    const member = await presence.join('grid/then', 'ann')
    await member.leave()
    clock.now = 3_000
    await hits.count('online/now')
    const all = (await rooms.list()).sort((one, other) => (one.room < other.room ? -1 : 1))
    expect(all).toEqual([
      {
        ...{ room: 'grid/then', widget: 'grid', key: 'then' },
        ...{ connections: 0, visitors: 0, peak: 1, peakToday: 1, hits: 0, since: 2_000 },
      },
      {
        ...{ room: 'online/asked', widget: 'online', key: 'asked' },
        ...{ connections: 0, visitors: 0, peak: 0, peakToday: 0, hits: 1, since: 1_000 },
      },
      {
        ...{ room: 'online/now', widget: 'online', key: 'now' },
        ...{ connections: 3, visitors: 2, peak: 2, peakToday: 2, hits: 1, since: 2_000 },
      },
    ])
    for (const room of all) expect(await rooms.get(room.room)).toEqual(room)
  })

  test('do not include those whose only picture was an error', async () => {
    const { hits, rooms } = makeRooms()
    await hits.count('online/wrong')
    await hits.uncount('online/wrong')
    expect(await rooms.list()).toEqual([])
    expect(await rooms.get('online/wrong')).toBeUndefined()
    expect(await rooms.get('online/never')).toBeUndefined()
  })

  test('that were requested before times were recorded have no first time', async () => {
    const { store, rooms } = makeRooms()
    await store.set('online/old', '$hits', 7)
    expect(await rooms.get('online/old')).toMatchObject({ hits: 7, since: null })
  })
})
