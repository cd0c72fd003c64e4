import { expect, test } from 'vitest'
import { MemoryBus } from '../../src/cluster/memory-bus.ts'
import { MemoryStore } from '../../src/cluster/memory-store.ts'
import { describeStore } from './store.contract.ts'

describeStore('a store in memory', (bus) => new MemoryStore(bus))

test('keeps the newest 100 000 of the server’s counts, and every value of a widget', async () => {
  const store = new MemoryStore(new MemoryBus())
  await store.set('r/0', 'x', 1)
  for (let room = 0; room <= 100_000; room += 1) await store.add(`r/${room}`, '$hits', 1)
  expect(await store.get('r/0', '$hits')).toBeUndefined()
  expect(await store.get('r/1', '$hits')).toBe(1)
  expect(await store.get('r/0', 'x')).toBe(1)
})
