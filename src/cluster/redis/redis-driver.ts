import type { ClusterParts, Driver } from '../driver.ts'
import { parseRedisAddress } from './redis-address.ts'
import { connectRedis } from './redis-client.ts'

/** Any number of nodes that share a Redis or a Valkey. */
export const redisDriver: Driver = toDriver(false)

/** The same over TLS. */
export const redisTlsDriver: Driver = toDriver(true)

function toDriver(isTls: boolean): Driver {
  return {
    isShared: true,
    expected:
      'redis:, rediss: or valkey: and //[user:password@]host[:port][/database][?sentinel=<name> or ?cluster]',
    accepts: (location) => parseRedisAddress(location) !== undefined,
    async open(location, init): Promise<ClusterParts> {
      const address = parseRedisAddress(location)
      if (!address) throw new TypeError('expected an address of Redis')
      const { openRedisCluster } = await import('./open-redis-cluster.ts')
      const client = await connectRedis(address, isTls)
      try {
        const parts = await openRedisCluster({ ...init, client, prefix: address.prefix })
        return {
          ...parts,
          close: () => parts.close().finally(() => client.disconnect()),
        }
      } catch (error) {
        client.disconnect()
        throw error
      }
    },
  }
}
