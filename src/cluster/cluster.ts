import type { Logger } from 'pino'
import { quote } from '../errors.ts'
import { checkParts } from './check-parts.ts'
import { clusterTime } from './cluster-time.ts'
import type { ClusterParts, Driver, DriverInit } from './driver.ts'
import { expectedLocation, findDriver } from './drivers.ts'
import { Hits } from './hits.ts'
import { type ClusterNode, createNode } from './node.ts'
import { StoreError } from './store-error.ts'
import { ViewerKeys } from './viewer-key.ts'

/** The parts that the nodes of one service share. One process is a cluster of one. */
export interface Cluster extends ClusterParts {
  node: ClusterNode
  hits: Hits
  viewerKeys: ViewerKeys
}

type ClusterSettings = Partial<
  Pick<DriverInit, 'retention' | 'maxRooms' | 'maxVisitorsPerAddress' | 'observer'>
>

/**
 * Joins a cluster.
 * @param store a location whose scheme has a driver, such as `memory:` or `file:./imgcast.db`, or a driver.
 * @param retention milliseconds that the history is kept. @default for ever
 * @param maxRooms maximum of stored rooms that were never watched or written. @default no limit
 * @param maxVisitorsPerAddress maximum of visitors that one address adds to a room. @default 'auto'
 * @param observer notified of failures. @default none
 * @throws StoreError if the store cannot be opened.
 */
export async function createCluster(
  store: string | Driver,
  log: Logger,
  { retention = Number.POSITIVE_INFINITY, ...rest }: ClusterSettings = {},
): Promise<Cluster> {
  const found = typeof store === 'string' ? findDriver(store) : { driver: store, rest: '' }
  if (!found) throw new StoreError(`expected ${expectedLocation()}, got ${quote(store)}`)
  const node = createNode()
  const parts = await found.driver.open(found.rest, { node, log, retention, ...rest })
  try {
    checkParts(parts)
    const now = () => clusterTime(parts.store)
    const viewerKeys = new ViewerKeys({ secrets: parts.viewerSecrets, log, now })
    await viewerKeys.load()
    const hits = new Hits(parts.store, parts.bus, parts.history, now)
    return { ...toOwn(parts), node, hits, viewerKeys }
  } catch (error) {
    await closeIfPossible(parts)
    throw error
  }
}

/** The parts as fields of a plain object: a driver can return an instance of a class, whose methods a spread does not copy. */
function toOwn(parts: ClusterParts): ClusterParts {
  const { bus, presence, store, history, rooms, leases, viewerSecrets, files, siblings, peers } = parts
  const { backup, save, report, describe } = parts
  let closing: Promise<void> | undefined
  return {
    ...{ bus, presence, store, history, rooms, leases, viewerSecrets },
    ...(files && { files }),
    ...(siblings && { siblings }),
    ...(peers && { peers }),
    ...(backup && { backup: () => backup.call(parts) }),
    ...(save && { save: () => save.call(parts) }),
    ...(report && { report: () => report.call(parts) }),
    ...(describe && { describe: (read) => describe.call(parts, read) }),
    close: () => {
      closing ??= parts.close()
      return closing
    },
  }
}

/** Closes what a driver returned, if it has a way to: after a failure nothing may stay open. The failure is reported, not this one. */
async function closeIfPossible(parts: Partial<ClusterParts> | undefined): Promise<void> {
  try {
    await parts?.close?.()
  } catch {}
}
