import type { Driver } from '../driver.ts'
import type { RedisClient } from './redis-client.ts'

/** The options of `redisCluster`. */
export interface RedisClusterOptions {
  /**
   * An ioredis client, or an object with its methods `call`, `subscribe`, `duplicate`, `disconnect`, `on`, `off` and
   * `status`. Imgcast sends its commands through it, and opens one more connection for messages. It stays open when the
   * server is closed.
   */
  client: RedisClient
  /** Begins every key, after a brace: several services can share one Redis. @default 'imgcast' */
  prefix?: string
}

/** A cluster on a Redis client that the host app has already: `createImgcast({ store: redisCluster({ client }) })`. */
export function redisCluster({ client, prefix = 'imgcast' }: RedisClusterOptions): Driver {
  if (typeof client?.call !== 'function' || typeof client.duplicate !== 'function')
    throw new TypeError('Expected `client` to be an ioredis client')
  return {
    expected: 'a Redis client',
    accepts: () => true,
    open: async (_location, init) =>
      (await import('./open-redis-cluster.ts')).openRedisCluster({ ...init, client, prefix }),
  }
}
