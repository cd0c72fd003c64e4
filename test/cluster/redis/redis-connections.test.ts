import { execFile } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { Redis } from 'ioredis'
import { pino } from 'pino'
import { createClient, createCluster as createRedisCluster } from 'redis'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createCluster } from '../../../src/cluster/cluster.ts'
import type { Driver } from '../../../src/cluster/driver.ts'
import { parseRedisAddress, type RedisAddress } from '../../../src/cluster/redis/redis-address.ts'
import {
  connectRedis,
  type RedisClient,
  type RedisListener,
} from '../../../src/cluster/redis/redis-client.ts'
import { redisCluster } from '../../../src/cluster/redis/redis-cluster.ts'
import { RedisLink } from '../../../src/cluster/redis/redis-link.ts'
import { makeCertificate } from '../../support/certificate.ts'
import { eventually } from '../../support/eventually.ts'
import { freePort, RedisServer } from '../../support/redis-server.ts'
import { describeWith } from '../../support/tools.ts'

const log = pino({ level: 'silent' })
const PASSWORD = 'p@ss/word'
/** The rules that docs/scale.md gives. */
const RULES = [
  ...['on', `>${PASSWORD}`, '~{imgcast}:*', '&{imgcast}:bus'],
  ...['+@all', '-@dangerous', '+info', '+cluster|slots', '+cluster|shards'],
]

/** An object with the methods that Imgcast uses, and no others: not an ioredis client itself. */
function toPlainClient(client: RedisClient): RedisClient {
  return {
    get status() {
      return client.status
    },
    call: (command, args) => client.call(command, args),
    subscribe: (...channels) => client.subscribe(...channels),
    on: (event: string, listener: RedisListener) => client.on(event, listener),
    off: (event: string, listener: RedisListener) => client.off(event, listener),
    duplicate: () => toPlainClient(client.duplicate()),
    disconnect: (reconnect) => client.disconnect(reconnect),
  }
}

/** Two nodes of one service see each other's viewers and values. */
async function expectOneService(store: string | Driver): Promise<void> {
  const [one, other] = [await createCluster(store, log), await createCluster(store, log)]
  await one.store.set('r/a', 'x', 1)
  expect(await other.store.get('r/a', 'x')).toBe(1)
  const member = await one.presence.join('r/a', 'ann')
  await eventually(async () => expect((await other.presence.counts('r/a')).connections).toBe(1))
  expect(await one.leases.hold('lease', 10_000)).toBe(true)
  expect(await other.leases.hold('lease', 10_000)).toBe(false)
  await one.hits.count('r/a')
  expect(await other.store.get('r/a', '$hits')).toBe(1)
  expect((await other.rooms.read(['r/a'])).map(({ room }) => room)).toEqual(['r/a'])
  await member.leave()
  await eventually(async () => expect((await other.presence.counts('r/a')).connections).toBe(0))
  await one.rooms.delete('r/a')
  await one.close()
  await other.close()
}

describeWith(['redis'], 'a Redis', () => {
  let server: RedisServer
  let tlsPort: number
  let certificate: string
  beforeAll(async () => {
    tlsPort = await freePort()
    server = await RedisServer.start()
    const { cert, key } = makeCertificate()
    certificate = join(server.folder, 'cert.pem')
    writeFileSync(certificate, cert)
    writeFileSync(join(server.folder, 'key.pem'), key)
    for (const [name, value] of [
      ['tls-cert-file', certificate],
      ['tls-key-file', join(server.folder, 'key.pem')],
      ['tls-auth-clients', 'no'],
      ['tls-port', String(tlsPort)],
    ] as const)
      await server.client.config('SET', name, value)
    await server.client.call('ACL', 'SETUSER', 'imgcast', ...RULES)
  })
  afterAll(() => server.close())

  test('is used through the client of a host app, which stays open', async () => {
    const client = new Redis({ port: server.port })
    await expectOneService(redisCluster({ client, prefix: 'ioredis' }))
    await expectOneService(redisCluster({ client: toPlainClient(client), prefix: 'plain' }))
    expect(await client.ping()).toBe('PONG')
    expect(await client.keys('{plain}:*')).not.toEqual([])
    client.disconnect()
    expect(() => redisCluster({ client: {} as RedisClient })).toThrow(
      'Expected `client` to be a client of ioredis or of node-redis',
    )
  })

  test('refuses a client of node-redis for a Redis Cluster, and names what to use', () => {
    const client = createRedisCluster({ rootNodes: [{ url: server.location }] })
    expect(() => redisCluster({ client: client as unknown as RedisClient })).toThrow('a `Cluster` of ioredis')
  })

  test('is used through a client of node-redis, with either protocol, also after it was lost', async () => {
    for (const RESP of [2, 3] as const) {
      const client = createClient({ url: server.location, RESP })
      client.on('error', () => {})
      await client.connect()
      await expectOneService(redisCluster({ client, prefix: `node${RESP}` }))
      expect(await client.ping()).toBe('PONG')
      const cluster = await createCluster(redisCluster({ client, prefix: `node${RESP}` }), log)
      await cluster.presence.join('r/a', 'ann')
      await server.client.call('CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes')
      await server.client.call('CLIENT', 'KILL', 'TYPE', 'pubsub')
      await eventually(async () => {
        await cluster.store.set('r/a', 'x', RESP)
        expect(await cluster.presence.counts('r/a')).toMatchObject({ connections: 1 })
        expect(cluster.report?.().isPartial).toBe(false)
      })
      await cluster.close()
      client.destroy()
    }
  })

  test('is not used in another database than its address names', async () => {
    const client = await connectRedis(
      parseRedisAddress(`//127.0.0.1:${server.port}/99`) as RedisAddress,
      false,
    )
    const subscriber = client.duplicate()
    const link = new RedisLink({ commands: client, subscriber, prefix: 'a:', db: 99, log })
    await expect(link.opened(500)).rejects.toThrow('it has no database of this number')
    link.close()
    for (const each of [client, subscriber]) each.disconnect()
  })

  test('denies nothing that a user with the rules of the guide needs', async () => {
    await expectOneService(`redis://imgcast:${encodeURIComponent(PASSWORD)}@127.0.0.1:${server.port}`)
    const denied = (await server.client.call('ACL', 'LOG')) as unknown[]
    expect(denied).toEqual([])
  })

  test('over TLS is used if its certificate is trusted, and refused if not', async () => {
    const location = `rediss://imgcast:${encodeURIComponent(PASSWORD)}@127.0.0.1:${tlsPort}`
    await expect(createCluster(location, log)).rejects.toThrow('self-signed certificate')
    const dist = (path: string) => JSON.stringify(new URL(`../../../dist/src/${path}`, import.meta.url).href)
    // Node reads the trusted certificates only when it starts.
    const program = `
      const { createCluster } = await import(${dist('cluster/cluster.js')})
      const { pino } = await import('pino')
      const cluster = await createCluster(${JSON.stringify(location)}, pino({ level: 'silent' }))
      await cluster.store.set('r/tls', 'x', 'encrypted')
      console.log(await cluster.store.get('r/tls', 'x'))
      await cluster.close()
    `
    const { stdout } = await promisify(execFile)(
      process.execPath,
      ['--input-type=module', '--eval', program],
      { env: { ...process.env, NODE_EXTRA_CA_CERTS: certificate } },
    )
    expect(stdout).toBe('encrypted\n')
  })
})
