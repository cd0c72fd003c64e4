import { randomBytes } from 'node:crypto'
import { hostname } from 'node:os'

/** One process of a cluster. */
export interface ClusterNode {
  /** Identifies the process to the operator: host name and process id. */
  readonly name: string
  /** Random, and new at every start, so that data of a dead process is not mistaken for this one's. */
  readonly epoch: string
}

/** Returns the node of this process. */
export function createNode(): ClusterNode {
  return { name: `${hostname()}:${process.pid}`, epoch: randomBytes(8).toString('hex') }
}
