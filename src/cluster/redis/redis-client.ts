import type { CommonRedisOptions } from 'ioredis'
import type { RedisAddress } from './redis-address.ts'

// biome-ignore lint/suspicious/noExplicitAny: each event has its own arguments.
export type RedisListener = (...values: any[]) => void

/** The part of an ioredis client that Imgcast uses: a `Redis` or a `Cluster`. */
export interface RedisClient {
  /** `ready` while commands can be sent. */
  readonly status: string
  call(command: string, args: (string | number)[]): Promise<unknown>
  subscribe(...channels: string[]): Promise<unknown>
  on(event: string, listener: RedisListener): unknown
  off(event: string, listener: RedisListener): unknown
  /** Returns a second connection to the same server. */
  duplicate(): RedisClient
  /** @param reconnect whether to connect again. @default false */
  disconnect(reconnect?: boolean): void
}

const CONNECT_TIMEOUT = 3_000
const MAX_RETRY_DELAY = 1_000
/** Milliseconds between two new connections to a server that refuses writes. */
const FAILOVER_INTERVAL = 3_000

/**
 * Connects to a Redis or a Valkey, also through sentinels or as a Redis Cluster. The client is ioredis: it follows
 * sentinels and slots by itself, has one API for all three kinds, and has no dependency with an install script.
 */
export async function connectRedis(address: RedisAddress, isTls: boolean): Promise<RedisClient> {
  // Loaded only here: it takes 60 ms and 6 MB.
  const { Cluster, Redis } = await import('ioredis')
  const { hosts, username, password, db, sentinel, isCluster } = address
  const login = { ...(username && { username }), ...(password && { password }) }
  const options: Omit<CommonRedisOptions, 'replyMapping'> = {
    ...login,
    ...(isTls && { tls: {} }),
    connectTimeout: CONNECT_TIMEOUT,
    retryStrategy: (times) => Math.min(100 * times, MAX_RETRY_DELAY),
    // A command that waits for a connection could arrive after its caller gave up, or twice.
    enableOfflineQueue: false,
    autoResendUnfulfilledCommands: false,
    // The link subscribes by itself; if ioredis did, a connection that is lost meanwhile would be an unhandled rejection.
    autoResubscribe: false,
    maxRetriesPerRequest: 0,
    reconnectOnError: afterFailover(),
  }
  if (isCluster)
    return new Cluster(hosts, {
      enableOfflineQueue: false,
      slotsRefreshTimeout: CONNECT_TIMEOUT,
      clusterRetryStrategy: (times) => Math.min(100 * times, MAX_RETRY_DELAY),
      redisOptions: { ...login, ...(isTls && { tls: {} }), connectTimeout: CONNECT_TIMEOUT },
    })
  if (sentinel !== undefined)
    return new Redis({
      ...options,
      ...{ sentinels: hosts, name: sentinel, db },
      sentinelRetryStrategy: (times) => Math.min(100 * times, MAX_RETRY_DELAY),
      failoverDetector: true,
      enableTLSForSentinelMode: isTls,
    })
  return new Redis({ ...options, ...hosts[0], db })
}

/** After a failover the old primary refuses writes: connects again, to find the new one. A replica refuses them for ever. */
function afterFailover(): (error: Error) => boolean {
  let triedAt = Number.NEGATIVE_INFINITY
  return ({ message }) => {
    if (!message.startsWith('READONLY') || performance.now() - triedAt < FAILOVER_INTERVAL) return false
    triedAt = performance.now()
    return true
  }
}
