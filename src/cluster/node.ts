import { randomBytes } from 'node:crypto'
import { hostname } from 'node:os'

/** One process of a cluster. */
export interface ClusterNode {
  /** Tells the operator which process it is: host name and process id. */
  readonly name: string
  /** Random, and new at every start: what a dead process has left cannot be taken for this one's. */
  readonly epoch: string
}

/** The node that this process is. */
export function createNode(): ClusterNode {
  return { name: `${hostname()}:${process.pid}`, epoch: randomBytes(8).toString('hex') }
}
