import type { Store } from './store.ts'

/** The time that all nodes of a cluster agree on, in milliseconds since the epoch. */
export function clusterTime({ clockOffset = 0 }: Pick<Store, 'clockOffset'>): number {
  return Date.now() + clockOffset
}
