import type { Driver } from '../driver.ts'
import { fromNodeRedis, isNodeRedis, isNodeRedisCluster, type NodeRedisClient } from './from-node-redis.ts'
import type { RedisClient } from './redis-client.ts'

/** The options of `redisCluster`. */
export interface RedisClusterOptions {
  /**
   * A client of ioredis or of node-redis (the package `redis`), or any object with the methods of `RedisClient` or
   * `NodeRedisClient`. Imgcast sends its commands through it, and opens one more connection for messages. It stays open
   * when the server is closed.
   */
  client: RedisClient | NodeRedisClient
  /** Begins every key, after a brace: several services can share one Redis. @default 'imgcast' */
  prefix?: string
}

/** A cluster on a Redis client that the host app has already: `createImgcast({ store: redisCluster({ client }) })`. */
export function redisCluster({ client: given, prefix = 'imgcast' }: RedisClusterOptions): Driver {
  const client = toClient(given)
  return {
    expected: 'a Redis client',
    accepts: () => true,
    open: async (_location, init) =>
      (await import('./open-redis-cluster.ts')).openRedisCluster({ ...init, client, prefix }),
  }
}

function toClient(client: RedisClient | NodeRedisClient): RedisClient {
  // An ioredis client has a `sendCommand` too, for objects of its own.
  if (typeof (client as RedisClient)?.call === 'function' && typeof client.duplicate === 'function')
    return client as RedisClient
  if (typeof client === 'object' && client !== null && isNodeRedisCluster(client))
    throw new TypeError(
      "`createCluster` of node-redis cannot be used: its commands and events differ from those of a client. Use a `Cluster` of ioredis, or `store: 'redis://host:port?cluster'`",
    )
  if (typeof client === 'object' && client !== null && isNodeRedis(client)) return fromNodeRedis(client)
  throw new TypeError('Expected `client` to be a client of ioredis or of node-redis (the package `redis`)')
}
