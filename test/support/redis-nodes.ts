import type { Redis } from 'ioredis'
import { type Logger, pino } from 'pino'
import { RedisBus } from '../../src/cluster/redis/redis-bus.ts'
import { connectRedis } from '../../src/cluster/redis/redis-client.ts'
import { RedisLink } from '../../src/cluster/redis/redis-link.ts'
import { RedisPresence } from '../../src/cluster/redis/redis-presence.ts'
import { memoryHistory } from './memory-history.ts'
import { TcpProxy } from './tcp-proxy.ts'

/** Times that are as short as tests need. */
export const LEASE = 400
const RENEWAL = 100

/** The link of one node, through a proxy that can cut it. */
export interface TestLink {
  link: RedisLink
  commands: Redis
  subscriber: Redis
  proxy: TcpProxy
  close(): void
}

let clusters = 0

/** The prefix of a cluster that no other test uses. */
export function newPrefix(): string {
  clusters += 1
  return `{t${clusters}}:`
}

/** Connects a node to a Redis on a port. */
export async function openLink(
  port: number,
  prefix: string,
  { log = pino({ level: 'silent' }) as Logger, timeout = 500 } = {},
): Promise<TestLink> {
  const proxy = await TcpProxy.start(port)
  const address = { hosts: [{ host: '127.0.0.1', port: proxy.port }], db: 0, isCluster: false, prefix: '' }
  const commands = (await connectRedis(address, false)) as Redis
  const subscriber = commands.duplicate()
  const link = new RedisLink({ commands, subscriber, prefix, log, timeout })
  await link.opened()
  return {
    ...{ link, commands, subscriber, proxy },
    close: () => {
      link.close()
      commands.disconnect()
      subscriber.disconnect()
      proxy.close()
    },
  }
}

/** The presence and the bus of one node. */
export async function openPresence(port: number, prefix: string, node: string) {
  const { link, proxy, close } = await openLink(port, prefix)
  const bus = new RedisBus({ link, node })
  const log = pino({ level: 'silent' })
  const history = memoryHistory()
  const presence = new RedisPresence({
    ...{ link, bus, history, node, name: node, log, lease: LEASE, renewal: RENEWAL },
  })
  await presence.renew()
  return { presence, bus, link, proxy, history, close }
}
