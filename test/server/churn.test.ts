import { connect, type Socket } from 'node:net'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { eventually } from '../support/eventually.ts'
import { startServer, type TestServer } from '../support/server.ts'

const CONNECTIONS = 50_000
const AT_ONCE = 250
const WARM_UP = 5_000
const ROOM = 'counter/churn'

/** The ways a client goes, each at a random moment of its life. */
const WAYS = [
  'before the head',
  'in the head',
  'at once',
  'in a frame',
  'reset',
  'fin',
  'half',
  'http/1.0',
  'garbage',
] as const

let server: TestServer

beforeAll(async () => {
  server = await startServer({
    linger: 100,
    maxConnections: 5000,
    maxConnectionsPerAddress: 5000,
    probe: 'off',
  })
})
afterAll(() => server.close())

/** The most clients there were at once, as the clients see it. */
const clients = { now: 0, most: 0 }

test(`${CONNECTIONS} connections in random order with random ends leave nothing behind`, async () => {
  await churn(WARM_UP)
  const before = await measure()
  await churn(CONNECTIONS)
  const after = await measure()
  expect(after.resources).toEqual(before.resources)
  expect(after.listeners).toEqual(before.listeners)
  expect(after.heapBytes).toBeLessThan(before.heapBytes * 1.1)
  console.info(
    `heap ${megabytes(before.heapBytes)} before, ${megabytes(after.heapBytes)} after ${CONNECTIONS} connections`,
  )
  const { peak } = await counts()
  expect(peak).toBeGreaterThan(1)
  expect(peak).toBeLessThanOrEqual(clients.most)
}, 240_000)

async function churn(connections: number): Promise<void> {
  let left = connections
  const walk = async () => {
    while (left > 0) {
      left -= 1
      await visit(left, WAYS[Math.floor(Math.random() * WAYS.length)] ?? 'fin')
    }
  }
  await Promise.all(Array.from({ length: AT_ONCE }, walk))
  await eventually(() =>
    expect(server.imgcast.stats()).toMatchObject({ connections: 0, rooms: 0, channels: 0 }),
  )
  expect(await counts()).toMatchObject({ connections: 0, visitors: 0 })
}

function visit(visitor: number, way: (typeof WAYS)[number]): Promise<void> {
  return new Promise((resolve) => {
    const { hostname, port } = new URL(server.url)
    const socket = connect(Number(port), hostname)
    clients.now += 1
    clients.most = Math.max(clients.most, clients.now)
    socket.on('error', () => {})
    socket.on('close', () => {
      clients.now -= 1
      resolve()
    })
    socket.on('connect', () => live(socket, way, visitor))
  })
}

function live(socket: Socket, way: (typeof WAYS)[number], visitor: number): void {
  const version = way === 'http/1.0' ? '1.0' : '1.1'
  const request = `GET /${ROOM}.png?delivery=stream HTTP/${version}\r\nHost: x\r\nUser-Agent: Chrome/156\r\nAccept-Language: x-${visitor % 1000}\r\n\r\n`
  if (way === 'before the head') return void socket.destroy()
  if (way === 'in the head') {
    socket.write(request.slice(0, Math.floor(Math.random() * request.length)), () => socket.destroy())
    return
  }
  socket.write(request)
  if (way === 'at once') return void socket.destroySoon()
  if (way === 'garbage') socket.write('\0garbage\r\n\r\n')
  const enough = Math.floor(Math.random() * 3000)
  socket.on('data', () => {
    if (socket.bytesRead < enough) return
    if (way === 'reset') socket.resetAndDestroy()
    else if (way === 'half') socket.end()
    else if (way === 'fin') socket.destroySoon()
    else socket.destroy()
  })
  // A picture may be shorter than what this client wanted to see of it.
  setTimeout(() => socket.destroy(), 200 + Math.random() * 200)
}

async function counts(): Promise<{ connections: number; visitors: number; peak: number }> {
  const response = await fetch(`${server.url}/${ROOM}.json`, { headers: { Connection: 'close' } })
  return (await response.json()) as { connections: number; visitors: number; peak: number }
}

/** What the process holds when everything is quiet and collected. */
async function measure(): Promise<{
  heapBytes: number
  resources: Record<string, number>
  listeners: Record<string, number>
}> {
  setFlagsFromString('--expose_gc')
  const collect = runInNewContext('gc') as () => void
  // The clients' own timers run out first.
  await new Promise((resolve) => setTimeout(resolve, 1000))
  for (let round = 0; round < 4; round += 1) {
    collect()
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
  const resources: Record<string, number> = {}
  for (const name of process
    .getActiveResourcesInfo()
    .filter((each) => each !== 'Immediate' && each !== 'FSReqPromise')) {
    resources[name] = (resources[name] ?? 0) + 1
  }
  return {
    heapBytes: process.memoryUsage().heapUsed,
    resources,
    listeners: { ...count(process), ...count(server.server) },
  }
}

function count(emitter: NodeJS.EventEmitter): Record<string, number> {
  return Object.fromEntries(
    emitter
      .eventNames()
      .map((name) => [`${emitter.constructor.name} ${String(name)}`, emitter.listenerCount(name)]),
  )
}

function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(1)} MB`
}
