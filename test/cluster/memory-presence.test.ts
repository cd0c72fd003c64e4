import { MemoryBus } from '../../src/cluster/memory-bus.ts'
import { MemoryPresence } from '../../src/cluster/memory-presence.ts'
import { memoryHistory } from '../support/memory-history.ts'
import { describePresence } from './presence.contract.ts'

describePresence('a presence in memory', () => {
  const clock = { now: 1_000_000 }
  const bus = new MemoryBus()
  const presence = new MemoryPresence(
    bus,
    memoryHistory(() => clock.now),
  )
  return {
    nodes: [{ presence, bus }],
    pass: async (milliseconds) => {
      clock.now += milliseconds
    },
  }
})
