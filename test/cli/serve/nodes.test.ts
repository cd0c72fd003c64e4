import { afterAll, beforeAll, expect, test } from 'vitest'
import { type RunningServer, serveCommand } from '../../support/command.ts'
import { eventually } from '../../support/eventually.ts'
import { RedisServer } from '../../support/redis-server.ts'
import { chromium, openStream, type RawStream } from '../../support/stream-reader.ts'
import { describeWith } from '../../support/tools.ts'

const TOKEN = 'a-token-of-three-nodes'
const ROOM = 'online/lobby'
/** The promised time after a death or an outage. */
const CORRECTED = { timeout: 15_000, interval: 100 }

describeWith(['redis'], 'three servers with one Redis', () => {
  let redis: RedisServer
  const servers: RunningServer[] = []
  const streams: RawStream[] = []
  beforeAll(async () => {
    redis = await RedisServer.start('--appendonly', 'yes', '--appendfsync', 'always')
    const args = [
      '--store',
      redis.location,
      '--workers',
      '1',
      '--log-level',
      'warn',
      '--live-per-browser',
      '0',
    ]
    servers.push(...(await Promise.all([1, 2, 3].map(() => serveCommand(args, { IMGCAST_TOKEN: TOKEN })))))
  }, 120_000)
  afterAll(async () => {
    for (const stream of streams) stream.close()
    for (const { child } of servers) child.kill('SIGKILL')
    await Promise.all(servers.map(({ ended }) => ended))
    await redis.close()
  })

  const [one, two, three] = [0, 1, 2].map((index) => () => servers[index] as RunningServer) as [
    () => RunningServer,
    () => RunningServer,
    () => RunningServer,
  ]
  const countsOf = async (server: RunningServer) => {
    const response = await fetch(`${server.url}/${ROOM}.json`)
    const { connections, visitors } = (await response.json()) as { connections: number; visitors: number }
    return { connections, visitors }
  }
  const callApi = (server: RunningServer, path: string, init: RequestInit = {}) =>
    fetch(`${server.url}/api/${path}`, {
      ...init,
      headers: { Authorization: `Bearer ${TOKEN}`, 'Content-Type': 'application/json' },
    })
  const clusterOf = async (server: RunningServer) =>
    ((await (await callApi(server, 'load')).json()) as { cluster: { isPartial: boolean; nodes: object[] } })
      .cluster
  const watch = async (server: RunningServer, reader: string) => {
    const headers = { ...chromium, 'User-Agent': `${chromium['User-Agent']} ${reader}` }
    const stream = await openStream(`${server.url}/${ROOM}.png`, { headers, timeout: 60_000 })
    streams.push(stream)
    return stream
  }
  const expectCounts = (servers: RunningServer[], connections: number, visitors: number) =>
    eventually(async () => {
      for (const server of servers) expect(await countsOf(server)).toEqual({ connections, visitors })
    }, CORRECTED)

  test('are right again soon after a death, a pause and an outage, and lose no stream and no answered write', async () => {
    const [first, second] = [await watch(one(), 'ann'), await watch(two(), 'ann')]
    await watch(three(), 'bob')
    await expectCounts(servers, 3, 2)
    await eventually(async () => {
      const { nodes, isPartial } = await clusterOf(one())
      expect({ nodes: nodes.length, isPartial }).toEqual({ nodes: 3, isPartial: false })
    })

    // Writes to the first node go on through everything.
    let isOver = false
    const answered: number[] = []
    const writing = (async () => {
      for (let number = 0; !isOver; number += 1) {
        const body = JSON.stringify(number)
        const path = `rooms/${ROOM}/state/votes`
        const response = await callApi(one(), path, { method: 'POST', body }).catch(() => undefined)
        if (response?.ok) answered.push(number)
        await new Promise((resolve) => setTimeout(resolve, 50))
      }
    })()

    // Killed and paused at the same time: both are gone from the first node's picture.
    const pictures = first.parts.length
    three().child.kill('SIGKILL')
    two().child.kill('SIGSTOP')
    await expectCounts([one()], 1, 1)
    await first.waitFor(({ parts }) => parts.length > pictures)
    two().child.kill('SIGCONT')
    await expectCounts([one(), two()], 2, 1)

    // Redis is gone: each node counts its own, and says so.
    await redis.stop()
    await eventually(async () => {
      for (const server of [one(), two()]) {
        expect(await countsOf(server)).toEqual({ connections: 1, visitors: 1 })
        expect((await clusterOf(server)).isPartial).toBe(true)
        const data = (await (await fetch(`${server.url}/${ROOM}.json`)).json()) as object
        expect(data).toMatchObject({ isPartial: true })
      }
    }, CORRECTED)
    const late = await watch(one(), 'eve')
    expect(late.status).toBe(200)
    await late.nextPart()

    await redis.start()
    await expectCounts([one(), two()], 3, 2)
    expect((await clusterOf(two())).isPartial).toBe(false)
    expect(await (await fetch(`${two().url}/${ROOM}.json`)).json()).not.toHaveProperty('isPartial')
    isOver = true
    await writing
    expect(answered.length).toBeGreaterThan(5)
    const votes = (await (await callApi(two(), `rooms/${ROOM}/state/votes`)).json()) as number[]
    expect(votes).toEqual(expect.arrayContaining(answered))
    expect(new Set(votes).size).toBe(votes.length)
    for (const { closed, socket } of [first, second, late]) expect(closed || socket.destroyed).toBe(false)

    // A clean stop is seen at once.
    two().child.kill('SIGTERM')
    await expectCounts([one()], 2, 2)
    for (const server of servers) expect(server.errors()).not.toMatch(/unhandled|uncaught/i)
  }, 180_000)
})
