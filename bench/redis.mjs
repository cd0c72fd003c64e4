/**
 * Measures what several nodes cost their Redis, and how soon a join on one is seen on another.
 *
 *     npm run build && node bench/redis.mjs [seconds a row]
 *
 * A new `redis-server` and three nodes in this process, over loopback, without pictures: joins and leaves go straight to the
 * presence, as the server makes them. Commands and bytes are those that Redis reports (`INFO`).
 */
import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { Redis } from 'ioredis'
import { pino } from 'pino'
import { createCluster } from '../dist/src/cluster/cluster.js'

const SECONDS = Number(process.argv[2] ?? 10)
const NODES = 3
const JOINS_PER_SECOND = 500

const folder = mkdtempSync(join(tmpdir(), 'imgcast-bench-redis-'))
const port = await freePort()
const server = spawn('redis-server', ['--port', String(port), '--save', '', '--dir', folder], {
  stdio: 'ignore',
})
const client = new Redis({ port, retryStrategy: () => 50 })
client.on('error', () => {})
try {
  await client.ping()
  const version = /redis_version:(\S+)/.exec(await client.info('server'))?.[1]
  console.log(`Redis ${version}, ${NODES} nodes, ${SECONDS} s a row\n`)
  console.log(
    '| Row | Commands a second | Bytes a second to Redis | Bytes a second from Redis | Redis, of a core | Memory of Redis |',
  )
  console.log('| --- | --- | --- | --- | --- | --- |')
  const nodes = await openNodes()
  await measure('no viewers', async () => sleep(SECONDS * 1_000))
  const crowd = await fill(nodes, { rooms: 100, viewers: 3_000 })
  await measure('3 x 3000 viewers of 100 rooms, nothing changes', async () => sleep(SECONDS * 1_000))
  await measure(`the same, ${JOINS_PER_SECOND} joins and as many leaves a second`, () => churn(nodes, 100))
  await measure(`the same, all in one room`, () => churn(nodes, 1))
  console.log(`\nA join is seen on another node after ${await latency(nodes)} ms (median of 200)\n`)
  await Promise.all(crowd.map((member) => member.leave()))
  await fill(nodes, { rooms: 10_000, viewers: Math.ceil(10_000 / NODES), isAlone: true })
  await measure('10 000 rooms of one viewer each, nothing changes', async () => sleep(SECONDS * 1_000))
  for (const node of nodes) await node.close()
} finally {
  client.disconnect()
  server.kill()
  rmSync(folder, { recursive: true, force: true })
}

function openNodes() {
  const log = pino({ level: 'error' })
  return Promise.all(Array.from({ length: NODES }, () => createCluster(`redis://127.0.0.1:${port}`, log)))
}

/** Opens viewers on each node; with `isAlone`, each in a room of its own. */
async function fill(nodes, { rooms, viewers, isAlone = false }) {
  const joins = nodes.flatMap(({ presence }, node) =>
    Array.from({ length: viewers }, (_, index) => {
      const room = isAlone ? node * viewers + index : index % rooms
      return presence.join(`online/${room}`, viewerKey())
    }),
  )
  const members = await Promise.all(joins)
  await sleep(2_000)
  return members
}

/** Lets viewers come, and leave a second later. */
async function churn(nodes, rooms) {
  const begin = performance.now()
  const open = []
  let joins = 0
  while (performance.now() - begin < SECONDS * 1_000) {
    const due = ((performance.now() - begin) / 1_000) * JOINS_PER_SECOND
    for (; joins < due; joins += 1) {
      const { presence } = nodes[joins % NODES]
      open.push(presence.join(`online/${joins % rooms}`, viewerKey()))
    }
    while (open.length > JOINS_PER_SECOND) open.shift().then((member) => member.leave())
    await sleep(5)
  }
  await Promise.all(open.map(async (joining) => (await joining).leave()))
}

/** Milliseconds from a join on the first node until the second node's listeners can read it. */
async function latency([first, second]) {
  const times = []
  for (let index = 0; index < 200; index += 1) {
    const room = `online/latency${index % 50}`
    const mine = await second.presence.join(room, viewerKey())
    await sleep(120)
    const { connections } = await second.presence.counts(room)
    const begin = performance.now()
    const seen = new Promise((resolve) => {
      const unsubscribe = second.bus.subscribe(async (changed) => {
        if (changed !== room || (await second.presence.counts(room)).connections <= connections) return
        unsubscribe()
        resolve(performance.now() - begin)
      })
    })
    const member = await first.presence.join(room, viewerKey())
    times.push(await seen)
    await Promise.all([member.leave(), mine.leave()])
  }
  return times.sort((a, b) => a - b)[times.length / 2].toFixed(1)
}

async function measure(title, run) {
  const before = await usage()
  const begin = performance.now()
  await run()
  const seconds = (performance.now() - begin) / 1_000
  const after = await usage()
  const rate = (name) => Math.round((after[name] - before[name]) / seconds).toLocaleString('en')
  const cpu = (((after.cpu - before.cpu) / seconds) * 100).toFixed(1)
  const memory = (after.memory / 1e6).toFixed(1)
  console.log(
    `| ${title} | ${rate('commands')} | ${rate('input')} | ${rate('output')} | ${cpu}% | ${memory} MB |`,
  )
}

async function usage() {
  const info = await client.info()
  const of = (name) => Number(new RegExp(`^${name}:(\\S+)`, 'm').exec(info)?.[1])
  return {
    commands: of('total_commands_processed'),
    input: of('total_net_input_bytes'),
    output: of('total_net_output_bytes'),
    cpu: of('used_cpu_sys') + of('used_cpu_user'),
    memory: of('used_memory'),
  }
}

/** As the server makes them: a hashed address and a hashed person. */
function viewerKey() {
  const random = (length) => Math.random().toString(36).slice(2).padEnd(length, 'x').slice(0, length)
  return `${random(12)}.${random(11)}${random(11)}`
}

function freePort() {
  return new Promise((resolve) => {
    const probe = createServer().listen(0, '127.0.0.1', () => {
      const { port: free } = probe.address()
      probe.close(() => resolve(free))
    })
  })
}
