import type { NodeFacts } from '../cluster-report.ts'
import { DamageLog } from '../damage-log.ts'
import type { ClusterParts, DriverInit } from '../driver.ts'
import { RecordedHistory } from '../recorded-history.ts'
import { RoomDirectory } from '../room-directory.ts'
import { RedisArchive } from './redis-archive.ts'
import { RedisBus } from './redis-bus.ts'
import type { RedisClient } from './redis-client.ts'
import { RedisClock } from './redis-clock.ts'
import { RedisFiles } from './redis-files.ts'
import { RedisLeases } from './redis-leases.ts'
import { RedisLink } from './redis-link.ts'
import { RedisPeers } from './redis-peers.ts'
import { RedisPresence } from './redis-presence.ts'
import { RedisRoomTable } from './redis-room-table.ts'
import { RedisStore } from './redis-store.ts'
import { RedisViewerSecrets } from './redis-viewer-secrets.ts'

/** A Redis client that this cluster uses. */
export interface RedisClusterInit extends DriverInit {
  client: RedisClient
  /** Begins every key. */
  prefix: string
  /** The database. @default that of the client */
  db?: number
}

/** Joins the cluster of a client's Redis. The client stays open when the cluster is closed. */
export async function openRedisCluster({
  client,
  prefix,
  db,
  ...init
}: RedisClusterInit): Promise<ClusterParts> {
  const { node, log, retention, maxRooms, maxVisitorsPerAddress, observer } = init
  const subscriber = client.duplicate()
  // One slot of a Redis Cluster, so that every script finds its keys on one server.
  const link = new RedisLink({ commands: client, subscriber, prefix: `{${prefix}}:`, db, log })
  try {
    await link.opened()
  } catch (error) {
    link.close()
    subscriber.disconnect()
    throw error
  }
  const clock = new RedisClock(link)
  await clock.read()
  const damage = new DamageLog(log)
  const bus = new RedisBus({ link, node: node.epoch, log })
  const history = new RecordedHistory({
    ...{ archive: new RedisArchive(link, damage), retention, log, isShared: true, now: clock.now },
  })
  let readFacts: (() => NodeFacts) | undefined
  const presence = new RedisPresence({
    facts: () => readFacts?.(),
    ...{ link, bus, history, node: node.epoch, name: node.name, log, limit: maxVisitorsPerAddress },
    now: clock.now,
  })
  await presence.renew()
  const store = new RedisStore({ link, clock, bus, damage, observer })
  const rooms = new RoomDirectory({
    ...{ table: new RedisRoomTable(link), memories: [history], maxRooms, log, now: clock.now },
    onForgotten: (count) => observer?.roomsForgotten(count),
  })
  const leases = new RedisLeases(link, node.epoch)
  // Another node deleted a room: nothing of it may be saved again.
  bus.subscribe((room, change) => {
    if (change === 'deleted') history.drop(room)
  })
  return {
    ...{ bus, presence, store, history, rooms, leases, viewerSecrets: new RedisViewerSecrets(link) },
    files: new RedisFiles(link),
    peers: new RedisPeers(link, node.epoch),
    report: () => presence.report,
    describe: (read) => {
      readFacts = read
    },
    save: () => history.saveAll(),
    close: async () => {
      await Promise.all([presence.close(), leases.close(), rooms.close()])
      const saved = await Promise.allSettled([history.close(), store.close()])
      await bus.close()
      clock.close()
      link.close()
      subscriber.disconnect()
      const failed = saved.find((result) => result.status === 'rejected')
      if (failed) throw failed.reason
    },
  }
}
