import { type ChildProcess, spawn } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { eventually } from '../support/eventually.ts'
import { freePort, RedisServer } from '../support/redis-server.ts'
import { TcpProxy } from '../support/tcp-proxy.ts'
import { Nodes } from './nodes.ts'

let redis: RedisServer
let nodes: Nodes
const closes: (() => unknown)[] = []

beforeEach(async () => {
  redis = await RedisServer.start('--appendonly', 'yes', '--appendfsync', 'always')
  nodes = new Nodes()
})
afterEach(async () => {
  await nodes.close()
  for (const close of closes.splice(0)) await close()
  await redis.close()
})

/** Three servers, with ann at two of them and bob at the third: three streams of two people. */
async function startThree(stores = [redis.location, redis.location, redis.location], clocks: string[] = []) {
  const servers = await Promise.all(stores.map((store, at) => nodes.start(store, clocks[at] || undefined)))
  const [one, two, three] = servers as [(typeof servers)[0], (typeof servers)[0], (typeof servers)[0]]
  await nodes.watch(one, 'ann')
  await nodes.watch(two, 'ann')
  await nodes.watch(three, 'bob')
  await nodes.expectCounts(servers, 3, 2)
  return { one, two, three, servers }
}

const startProxy = async () => {
  const proxy = await TcpProxy.start(redis.port)
  closes.push(() => proxy.close())
  return proxy
}

const write = (server: Parameters<Nodes['call']>[0], value = 1) =>
  nodes.call(server, 'rooms/online/lobby/state/other', { method: 'PUT', body: JSON.stringify(value) })

test('kill -9 of a server, and SIGSTOP and SIGCONT of another: right within 15 s, none lost, none doubled', async () => {
  const { one, two, three } = await startThree()
  await nodes.keepWriting(one)
  nodes.kill(three)
  two.child.kill('SIGSTOP')
  await nodes.expectCounts([one], 1, 1)
  two.child.kill('SIGCONT')
  await nodes.expectCounts([one, two], 2, 1)
  await nodes.check(one)
})

test('Redis restarted with its data, and restarted empty: each server counts its own, marked, then all again', async () => {
  const { one, servers } = await startThree()
  await nodes.keepWriting(one)
  await redis.stop()
  await nodes.expectCounts(servers, 1, 1, true)
  await nodes.watch(one, 'eve')
  await redis.start()
  await nodes.expectCounts(servers, 4, 3)
  await nodes.check(one)
  await redis.client.flushall()
  await nodes.expectCounts(servers, 4, 3)
})

test('a server cut off without a word, and healed', async () => {
  const proxy = await startProxy()
  const { one, two, three } = await startThree([
    redis.location,
    redis.location,
    `redis://127.0.0.1:${proxy.port}`,
  ])
  await nodes.keepWriting(one)
  await nodes.keepWriting(three)
  proxy.hold()
  await nodes.expectCounts([three], 1, 1, true)
  await nodes.expectCounts([one, two], 2, 1)
  proxy.heal()
  await nodes.expectCounts([one, two, three], 3, 2)
  await nodes.check(one)
})

test('clocks five minutes apart: counts, and statuses that end in time on every server', async () => {
  const { one, two, three, servers } = await startThree(undefined, ['', '+300s', '-300s'])
  await nodes.keepWriting(two)
  const body = (ttl: string) =>
    JSON.stringify({ schemaVersion: 1, label: 'ttl', message: 'up', ttl, grace: '1h' })
  const words = async (server: typeof one, key: string) => {
    const read = async (ending: string) => (await fetch(`${server.url}/status/${key}.${ending}`)).text()
    return [await read('svg'), await read('json')]
  }
  for (const [at, server] of servers.entries())
    expect((await nodes.call(server, `status/s${at}`, { method: 'PUT', body: body('20s') })).status).toBe(200)
  for (const server of servers)
    for (const at of [0, 1, 2])
      for (const text of await words(server, `s${at}`)) expect(text).not.toMatch(/late/)
  await eventually(
    async () => {
      for (const server of servers)
        for (const at of [0, 1, 2])
          for (const text of await words(server, `s${at}`)) expect(text).toMatch(/late/)
    },
    { timeout: 40_000, interval: 200 },
  )
  nodes.kill(three)
  await nodes.expectCounts([one, two], 2, 1)
  await nodes.check(one)
})

test('a Redis that takes 500 ms: counts of all, and every write succeeds', async () => {
  const proxy = await startProxy()
  const { one, servers } = await startThree(Array(3).fill(`redis://127.0.0.1:${proxy.port}`) as string[])
  await nodes.keepWriting(one)
  proxy.delay = 250
  await nodes.watch(one, 'eve')
  await nodes.expectCounts(servers, 4, 3)
  for (let turn = 0; turn < 5; turn += 1) expect((await write(one, turn)).status).toBeLessThan(300)
  await nodes.check(one)
})

test('a full Redis that evicts nothing: presence continues, writes fail with 503 until there is room', async () => {
  const { one, servers } = await startThree()
  await nodes.keepWriting(one)
  await redis.client.config('SET', 'maxmemory-policy', 'noeviction')
  await redis.client.config('SET', 'maxmemory', '1')
  await eventually(async () => expect((await write(one)).status).toBe(503))
  await nodes.watch(one, 'eve')
  await nodes.expectCounts(servers, 4, 3)
  await sleep(12_000)
  await nodes.expectCounts(servers, 4, 3)
  await redis.client.config('SET', 'maxmemory', '0')
  await eventually(async () => expect((await write(one)).status).toBeLessThan(300))
  await nodes.check(one)
})

test('a Redis that becomes a read-only replica: each server counts its own, writes fail with 503, then all again', async () => {
  const { one, servers } = await startThree()
  await nodes.keepWriting(one)
  const other = await RedisServer.start()
  closes.push(() => other.close())
  await redis.client.config('SET', 'replica-serve-stale-data', 'yes')
  // A primary that never responds: the data stays, and no write is taken.
  await redis.client.call('REPLICAOF', '127.0.0.1', '1')
  await nodes.expectCounts(servers, 1, 1, true)
  expect((await write(one)).status).toBe(503)
  await redis.client.call('REPLICAOF', 'NO', 'ONE')
  await nodes.expectCounts(servers, 3, 2)
  await nodes.check(one)
})

test('a failover by Sentinel', async () => {
  const replica = await RedisServer.start('--replicaof', `127.0.0.1 ${redis.port}`)
  const sentinel = await startSentinel()
  closes.push(() => replica.close())
  await eventually(async () => expect(await redis.client.info('replication')).toContain('state=online'), {
    timeout: 20_000,
    interval: 100,
  })
  const store = `redis://127.0.0.1:${sentinel}?sentinel=mymaster`
  const { one, servers } = await startThree([store, store, store])
  expect((await write(one)).status).toBeLessThan(300)
  await redis.client.call('WAIT', 1, 5_000)
  await redis.stop()
  await eventually(async () => expect((await write(one, 2)).status).toBeLessThan(300), {
    timeout: 30_000,
    interval: 200,
  })
  await nodes.expectCounts(servers, 3, 2)
  await nodes.keepWriting(one)
  await sleep(1_000)
  await nodes.check(one)
})

test('a Redis Cluster of three primaries', async () => {
  const members = await Promise.all(
    [0, 1, 2].map(() => RedisServer.start('--cluster-enabled', 'yes', '--cluster-node-timeout', '2000')),
  )
  closes.push(() => Promise.all(members.map((member) => member.close())))
  const addresses = members.map(({ port }) => `127.0.0.1:${port}`)
  await run('redis-cli', ['--cluster', 'create', ...addresses, '--cluster-yes'])
  const store = `redis://${addresses.join()}?cluster`
  const { one, three, servers } = await startThree([store, store, store])
  await nodes.keepWriting(one)
  expect((await write(one)).status).toBeLessThan(300)
  nodes.kill(three, 'SIGTERM')
  await nodes.expectCounts(servers.slice(0, 2), 2, 1)
  await nodes.check(one)
})

/** Watches the Redis of the test; returns its port. */
async function startSentinel(): Promise<number> {
  const port = await freePort()
  const file = join(redis.folder, 'sentinel.conf')
  const rules = [
    ...[`port ${port}`, `dir ${redis.folder}`, `sentinel monitor mymaster 127.0.0.1 ${redis.port} 1`],
    ...['sentinel down-after-milliseconds mymaster 1000', 'sentinel failover-timeout mymaster 5000'],
  ]
  writeFileSync(file, `${rules.join('\n')}\n`)
  const child: ChildProcess = spawn('redis-server', [file, '--sentinel'], { stdio: 'ignore' })
  closes.push(() => child.kill('SIGKILL'))
  return port
}

async function run(command: string, args: string[]): Promise<void> {
  const child = spawn(command, args, { stdio: 'ignore' })
  const code = await new Promise((resolve) => child.once('exit', resolve))
  expect(code).toBe(0)
}
