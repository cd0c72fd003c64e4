import { MemoryStore } from '../../src/cluster/memory-store.ts'
import { describeStore } from './store.contract.ts'

describeStore('a store in memory', (bus) => new MemoryStore(bus))
