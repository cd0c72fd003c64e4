import type { RedisClient, RedisListener } from './redis-client.ts'

/** The part of a client of the package `redis` (node-redis 4 and 5) that Imgcast uses. It must be connected. */
export interface NodeRedisClient {
  readonly isReady: boolean
  readonly isOpen: boolean
  sendCommand(args: string[]): Promise<unknown>
  subscribe(channel: string, listener: (message: string, channel: string) => void): Promise<unknown>
  on(event: string, listener: RedisListener): unknown
  off(event: string, listener: RedisListener): unknown
  /** Returns a second client for the same server, not connected. */
  duplicate(): NodeRedisClient
  connect(): Promise<unknown>
  /** Closes the connection at once: in node-redis 5. */
  destroy?(): void
  /** The same in node-redis 4. */
  disconnect?(): unknown
}

/** How a reply of Redis that is an error begins: with a code. */
const ERROR_REPLY = /^[A-Z][A-Z0-9_]* /

/** Whether a client is one of node-redis. */
export function isNodeRedis(client: object): client is NodeRedisClient {
  const { sendCommand, duplicate, connect } = client as Partial<NodeRedisClient>
  return [sendCommand, duplicate, connect].every((each) => typeof each === 'function') && 'isReady' in client
}

/** Whether a client is one of node-redis for a Redis Cluster, which is another kind of client. */
export function isNodeRedisCluster(client: object): boolean {
  const { sendCommand, nodeClient } = client as { sendCommand?: unknown; nodeClient?: unknown }
  return typeof sendCommand === 'function' && typeof nodeClient === 'function'
}

/** Gives a client of node-redis the methods of an ioredis client. */
export function fromNodeRedis(client: NodeRedisClient): RedisClient {
  const messageListeners = new Set<RedisListener>()
  const onMessage = (message: string, channel: string) => {
    for (const listener of messageListeners) listener(channel, message)
  }
  const subscribed = new Set<string>()
  const call = (args: string[]) => client.sendCommand(args).then(toFlat, toReplyError)
  return {
    get status() {
      return client.isReady ? 'ready' : 'connecting'
    },
    call: (command, args) => call([command, ...args.map(String)]),
    subscribe: async (...channels) => {
      // Node-redis sends nothing for a channel that it knows; the caller wants a reply, to see that the connection works.
      if (channels.every((channel) => subscribed.has(channel))) return call(['PING'])
      for (const channel of channels) await client.subscribe(channel, onMessage)
      for (const channel of channels) subscribed.add(channel)
      return undefined
    },
    on: (event, listener) =>
      event === 'message' ? messageListeners.add(listener) : client.on(toEvent(event), listener),
    off: (event, listener) =>
      event === 'message' ? messageListeners.delete(listener) : client.off(toEvent(event), listener),
    duplicate: () => {
      const other = client.duplicate()
      // Without a listener, an error would end the process.
      other.on('error', () => {})
      connect(other)
      return fromNodeRedis(other)
    },
    disconnect: (reconnect) => {
      if (client.isOpen) close(client)
      if (reconnect === true) connect(client)
    },
  }
}

/** It tries again by itself, and reports that as events. */
function connect(client: NodeRedisClient): void {
  client.connect().catch(() => {})
}

function close(client: NodeRedisClient): void {
  if (client.destroy) client.destroy()
  else Promise.resolve(client.disconnect?.()).catch(() => {})
}

/** A lost connection of node-redis is a new attempt. */
function toEvent(event: string): string {
  return event === 'close' ? 'reconnecting' : event
}

/** A client that speaks RESP3 returns maps and sets. */
function toFlat(reply: unknown): unknown {
  if (reply instanceof Map) return [...reply].flat()
  if (reply instanceof Set) return [...reply]
  if (typeof reply !== 'object' || reply === null || Array.isArray(reply)) return reply
  return Object.entries(reply).flat()
}

/** @throws the same error, named as ioredis names a reply of Redis. */
function toReplyError(error: Error): never {
  if (ERROR_REPLY.test(error.message)) error.name = 'ReplyError'
  throw error
}
