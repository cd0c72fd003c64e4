import { expect, test } from 'vitest'
import { MemoryBus } from '../../src/cluster/memory-bus.ts'
import { MemoryPresence } from '../../src/cluster/memory-presence.ts'
import { Visits } from '../../src/viewer/visits.ts'
import { eventually } from '../support/eventually.ts'
import { memoryHistory } from '../support/memory-history.ts'

const presence = () => new MemoryPresence(new MemoryBus(), memoryHistory())

test('the reader of a still is one visitor without a connection, however often the still is fetched', async () => {
  const counter = presence()
  const visits = new Visits(counter)
  for (const reader of ['ann', 'ann', 'bob']) visits.note('online/a', reader)
  expect(await counter.counts('online/a')).toMatchObject({ connections: 0, visitors: 2 })
  visits.close()
  await eventually(async () => expect(await counter.counts('online/a')).toMatchObject({ visitors: 0 }))
})

test('a visit ends by itself', async () => {
  const counter = presence()
  const visits = new Visits(counter, 20)
  visits.note('online/a', 'ann')
  expect(await counter.counts('online/a')).toMatchObject({ visitors: 1 })
  await eventually(async () => expect(await counter.counts('online/a')).toMatchObject({ visitors: 0 }))
})
