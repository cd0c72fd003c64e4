import { pino } from 'pino'
import { MemoryBus } from '../../src/cluster/memory-bus.ts'
import { describeBus } from './bus.contract.ts'

describeBus('a bus in memory', () => {
  const logged: string[] = []
  const log = pino({}, { write: (line) => void logged.push((JSON.parse(line) as { msg: string }).msg) })
  const bus = new MemoryBus(log)
  return { nodes: [bus, bus], logged }
})
