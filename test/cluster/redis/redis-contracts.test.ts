import { randomBytes } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { pino } from 'pino'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { DamageLog } from '../../../src/cluster/damage-log.ts'
import { RedisArchive } from '../../../src/cluster/redis/redis-archive.ts'
import { RedisBus } from '../../../src/cluster/redis/redis-bus.ts'
import { RedisFiles } from '../../../src/cluster/redis/redis-files.ts'
import { RedisLeases } from '../../../src/cluster/redis/redis-leases.ts'
import { RedisLink } from '../../../src/cluster/redis/redis-link.ts'
import { RedisPeers } from '../../../src/cluster/redis/redis-peers.ts'
import { RedisRoomTable } from '../../../src/cluster/redis/redis-room-table.ts'
import { RedisStore } from '../../../src/cluster/redis/redis-store.ts'
import { RedisViewerSecrets } from '../../../src/cluster/redis/redis-viewer-secrets.ts'
import { eventually } from '../../support/eventually.ts'
import { newPrefix, openLink, openPresence, type TestLink } from '../../support/redis-nodes.ts'
import { RedisServer } from '../../support/redis-server.ts'
import { describeWith } from '../../support/tools.ts'
import { describeBus } from '../bus.contract.ts'
import { describeHistory } from '../history.contract.ts'
import { describeLeases } from '../leases.contract.ts'
import { describePresence } from '../presence.contract.ts'
import { describeRooms } from '../rooms.contract.ts'
import { describeStore } from '../store.contract.ts'
import { describeViewerSecrets } from '../viewer-secrets.contract.ts'

const log = pino({ level: 'silent' })
const damage = new DamageLog(log)
let server: RedisServer
let shared: TestLink
const closes: (() => void)[] = []

/** A link to a cluster of its own, over the connections that all tests share. */
function ownLink(): RedisLink {
  const { commands, subscriber } = shared
  const link = new RedisLink({ commands, subscriber, prefix: newPrefix(), log, timeout: 5_000 })
  closes.push(() => link.close())
  return link
}

describeWith(['redis'], 'with a real Redis,', () => {
  beforeAll(async () => {
    server = await RedisServer.start()
    shared = await openLink(server.port, '', { timeout: 5_000 })
    for (const client of [shared.commands, shared.subscriber]) client.setMaxListeners(0)
  })
  afterAll(async () => {
    for (const close of closes) close()
    shared.close()
    await server.close()
  })

  describeStore('a store in Redis', (bus) => new RedisStore({ link: ownLink(), bus, damage }))

  test('a file in Redis is kept only if that is asked, and read whole on every node', async () => {
    const link = ownLink()
    const [files, bytes] = [new RedisFiles(link), randomBytes(2_000_000)]
    await files.write('a.png', bytes)
    expect(await server.client.ttl(`${link.prefix}file:a.png`)).toBeGreaterThan(0)
    await files.keep('a.png')
    expect(await server.client.ttl(`${link.prefix}file:a.png`)).toBe(-1)
    expect((await new RedisFiles(link).read('a.png'))?.equals(bytes)).toBe(true)
    await files.remove('a.png')
    expect(await files.read('a.png')).toBeUndefined()
    expect(await server.client.keys(`${link.prefix}*`)).toEqual([])
  })

  test('a question reaches every group of nodes, whose first node answers, and leaves nothing in Redis', async () => {
    const prefix = newPrefix()
    const links = await Promise.all([0, 1, 2].map(() => openLink(server.port, prefix)))
    for (const { close } of links) closes.push(close)
    const peers = links.map(({ link }, index) => new RedisPeers(link, String(index)))
    let asked = 0
    // The first two are processes of one machine.
    for (const [index, peer] of peers.entries())
      peer.answer('name', index < 2 ? 'machine' : 'other', async () => {
        asked += 1
        return index < 2 ? 'machine' : 'other'
      })
    const answers = await peers[1]?.ask('name', (all) => all.length === 2)
    expect(answers?.toSorted()).toEqual(['machine', 'other'])
    expect(asked).toBe(2)
    await eventually(async () => expect(await server.client.keys(`${prefix}ask:*`)).toEqual([]))
  })

  describeHistory('a history in Redis', () => new RedisArchive(ownLink(), damage))

  describeRooms('rooms in Redis', (bus) => {
    const link = ownLink()
    const store = new RedisStore({ link, bus, damage })
    const archive = new RedisArchive(link, damage)
    return { archive, store, table: new RedisRoomTable(link), memories: [], close: async () => {} }
  })

  describeViewerSecrets('viewer secrets in Redis', () => {
    const link = ownLink()
    return [new RedisViewerSecrets(link), new RedisViewerSecrets(link)]
  })

  describeLeases('leases in Redis', () => {
    const link = ownLink()
    return {
      nodes: [new RedisLeases(link, 'one'), new RedisLeases(link, 'two')],
      // Redis has a clock of its own: the leases get older instead.
      pass: async (time) => {
        for (const key of await server.client.keys(`${link.prefix}lease:*`)) {
          const left = (await server.client.pttl(key)) - time
          if (left > 0) await server.client.pexpire(key, left)
          else await server.client.del(key)
        }
      },
    }
  })

  describeBus('a bus in Redis', async () => {
    const logged: string[] = []
    const listenerLog = pino(
      {},
      { write: (line) => void logged.push((JSON.parse(line) as { msg: string }).msg) },
    )
    const prefix = newPrefix()
    const links = [await openLink(server.port, prefix), await openLink(server.port, prefix)] as const
    for (const { close } of links) closes.push(close)
    const [one, two] = links
    return {
      nodes: [
        new RedisBus({ link: one.link, node: 'one', log: listenerLog }),
        new RedisBus({ link: two.link, node: 'two', log: listenerLog }),
      ],
      logged,
      cut: async () => two.proxy.cut(),
      reconnect: async () => two.proxy.heal(),
    }
  })

  describePresence('a presence in Redis', async () => {
    const prefix = newPrefix()
    const names = ['aaaaaaaa', 'bbbbbbbb', 'cccccccc'] as const
    const opened = await Promise.all(names.map((name) => openPresence(server.port, prefix, name)))
    for (const { close } of opened) closes.push(close)
    const [first, ...others] = opened
    if (!first) throw new Error('no nodes')
    const proxyOf = (node: object) => opened.find((each) => each === node)?.proxy
    return {
      nodes: [first, ...others],
      // All times are a fortieth; nothing happens for longer than a second that did not happen before.
      pass: (time) => sleep(Math.min(time / 40, 1_000)),
      kill: (node) => proxyOf(node)?.cut(),
      cut: async (node) => proxyOf(node)?.cut(),
      reconnect: async (node) => proxyOf(node)?.heal(),
    }
  })
})
