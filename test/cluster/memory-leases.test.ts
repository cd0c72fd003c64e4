import { type LeaseTable, MemoryLeases } from '../../src/cluster/memory-leases.ts'
import { describeLeases } from './leases.contract.ts'

describeLeases('leases in memory', () => {
  const clock = { now: 0 }
  const table: LeaseTable = new Map()
  const node = () => new MemoryLeases(table, () => clock.now)
  return {
    nodes: [node(), node()],
    pass: async (milliseconds) => {
      clock.now += milliseconds
    },
  }
})
