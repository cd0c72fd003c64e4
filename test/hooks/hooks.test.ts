import { pino } from 'pino'
import { expect, test } from 'vitest'
import { MemoryBus } from '../../src/cluster/memory-bus.ts'
import { MemoryLeases } from '../../src/cluster/memory-leases.ts'
import { MemoryStore } from '../../src/cluster/memory-store.ts'
import type { RoomSummary } from '../../src/cluster/rooms.ts'
import { storeUnavailable } from '../../src/errors.ts'
import { hookRoom } from '../../src/hooks/deliveries.ts'
import { Hooks } from '../../src/hooks/hooks.ts'
import { OutgoingClient } from '../../src/system/outgoing.ts'
import { eventually } from '../support/eventually.ts'

const log = pino({ level: 'silent' })

test('a message that the store refuses is sent when it takes writes again', async () => {
  const bus = new MemoryBus()
  const memory = new MemoryStore(bus)
  let isFull = false
  let refusals = 0
  const store = new Proxy(memory, {
    get: (target, name) => {
      if (name === 'set' && isFull)
        return async () => {
          refusals += 1
          throw storeUnavailable('it is full')
        }
      const value = Reflect.get(target, name)
      return typeof value === 'function' ? value.bind(target) : value
    },
  })
  let visitors = 0
  const rooms = { get: async () => ({ connections: 0, visitors, peak: 0, hits: 0 }) as RoomSummary }
  const client = new OutgoingClient({ allowPrivateTargets: false })
  const hooks = new Hooks({ ...{ rooms, store, bus, client, log }, leases: new MemoryLeases(new Map()) })
  const { id } = await hooks.add({
    ...{ url: 'http://127.0.0.1:9/', when: 'visitors(online/a) > 0', for: '0ms', cooldown: '0ms' },
  })
  isFull = true
  visitors = 1
  bus.publish('online/a', 'presence')
  await eventually(() => expect(refusals).toBeGreaterThan(0))
  expect(await hooks.log(id)).toEqual([])
  isFull = false
  await eventually(async () => expect(await hooks.log(id)).toHaveLength(1))
  expect(await memory.get(hookRoom(id), '$hook')).toMatchObject({ hasFired: true })
  bus.publish('online/a', 'presence')
  await eventually(async () => expect((await hooks.log(id))[0]?.attempts).toHaveLength(1))
  expect(await hooks.log(id)).toHaveLength(1)
  hooks.close()
})
