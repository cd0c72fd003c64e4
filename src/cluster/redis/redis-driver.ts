import type { ClusterParts, Driver } from '../driver.ts'
import { StoreError } from '../store-error.ts'
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
        const { prefix, db } = address
        const parts = await openRedisCluster({ ...init, client, prefix, db })
        return {
          ...parts,
          close: () => parts.close().finally(() => client.disconnect()),
        }
      } catch (error) {
        client.disconnect()
        throw error instanceof StoreError ? withTlsHint(error, isTls) : error
      }
    },
  }
}

/** A port with TLS and one without both close or ignore a connection of the other kind, and give no reason. */
function withTlsHint(error: StoreError, isTls: boolean): StoreError {
  if (isTls && /ETIMEDOUT|: timeout$|EPROTO|wrong version number/.test(error.detail))
    return new StoreError(`${error.detail}. If its port has no TLS, use redis: instead of rediss:`, {
      cause: error,
    })
  if (!isTls && /ECONNRESET|EPIPE|connection was closed/.test(error.detail))
    return new StoreError(`${error.detail}. If its port has TLS, use rediss: instead of redis:`, {
      cause: error,
    })
  return error
}
