import type { Driver } from './driver.ts'

/** A cluster of one that forgets everything when the process ends. */
export const memoryDriver: Driver = {
  expected: 'memory:',
  accepts: (rest) => rest === '',
  open: async (_location, init) => (await import('./open-memory-cluster.ts')).openMemoryCluster(init),
}
