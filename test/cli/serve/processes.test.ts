import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type RunningServer, serveCommand } from '../../support/command.ts'
import { eventually } from '../../support/eventually.ts'
import { plainFrame } from '../../support/frames.ts'
import { chromium, openStream, type RawStream } from '../../support/stream-reader.ts'

const TOKEN = 'a-token-of-two-processes'
const ROOM = 'online/lobby'
const SLOW = { timeout: 40_000, interval: 100 }

describe('a server of two processes', () => {
  const folder = mkdtempSync(join(tmpdir(), 'imgcast-processes-'))
  const streams: RawStream[] = []
  let server: RunningServer
  let endOfSlowHead: Promise<void>
  beforeAll(async () => {
    server = await serveCommand(
      [
        ...['--processes', '2', '--workers', '1', '--store', `file:${join(folder, 'a.db')}`],
        // Connections of a proxy are spread evenly.
        ...['--trust-proxy', 'loopback', '--log-level', 'warn'],
      ],
      { IMGCAST_TOKEN: TOKEN },
    )
    endOfSlowHead = sendSlowHead()
  }, 120_000)
  afterAll(async () => {
    for (const stream of streams) stream.close()
    server.child.kill('SIGKILL')
    await server.ended
    rmSync(folder, { recursive: true })
  })

  /** Resolves when the server has closed it, after ten seconds: the other tests run meanwhile. */
  const sendSlowHead = () => {
    const { hostname, port } = new URL(server.url)
    const socket = connect(Number(port), hostname, () => socket.write('GET / HTTP/1.1\r\nHost: a\r\n'))
    socket.on('error', () => {}).resume()
    return new Promise<void>((resolve) => socket.once('close', () => resolve()))
  }
  const watch = async (address: string) => {
    const headers = { ...chromium, 'X-Forwarded-For': address }
    const stream = await openStream(`${server.url}/${ROOM}.png`, { headers, timeout: 60_000 })
    streams.push(stream)
    await stream.nextPart()
    return stream
  }
  const callApi = (path: string, init: RequestInit = {}) =>
    fetch(`${server.url}/api/${path}`, {
      ...init,
      headers: { Authorization: `Bearer ${TOKEN}`, 'Content-Type': 'application/json', Connection: 'close' },
    })
  const countsOf = async () => {
    const response = await fetch(`${server.url}/${ROOM}.json`, { headers: { Connection: 'close' } })
    return (await response.json()) as object
  }
  const nodes = async () => {
    const { cluster } = (await (await callApi('load')).json()) as {
      cluster: { nodes: { name: string; connections: number }[]; isPartial: boolean }
    }
    return cluster.nodes
  }
  const openOn = async () => (await nodes()).map(({ connections }) => connections).toSorted()

  test('counts the viewers of both, and shares what is written', async () => {
    for (const last of [1, 2, 3, 4]) await watch(`203.0.113.${last}`)
    // Each of these requests goes to the other process than the one before.
    for (let turn = 0; turn < 2; turn += 1)
      await eventually(async () => expect(await countsOf()).toMatchObject({ connections: 4, visitors: 4 }))
    await eventually(async () => expect(await openOn()).toEqual([2, 2]), SLOW)
    const body = JSON.stringify({ schemaVersion: 1, label: 'build', message: 'passing' })
    expect((await callApi('status/build', { method: 'PUT', body })).status).toBe(200)
    for (let turn = 0; turn < 2; turn += 1)
      expect(await (await callApi('status/build')).json()).toMatchObject({ message: 'passing' })
    const png = plainFrame('#ff0000', { width: 40, height: 20 })
    expect((await callApi('pictures/plot', { method: 'PUT', body: new Uint8Array(png.bytes) })).status).toBe(
      200,
    )
    for (let turn = 0; turn < 2; turn += 1) {
      const picture = await fetch(`${server.url}/picture/plot.png`, { headers: { Connection: 'close' } })
      expect(Buffer.from(await picture.arrayBuffer())).toEqual(png.bytes)
    }
    const votes = Array.from({ length: 10 }, (_, vote) => vote)
    await Promise.all(
      votes.map((vote) =>
        callApi(`rooms/${ROOM}/state/votes`, { method: 'POST', body: JSON.stringify(vote) }),
      ),
    )
    const kept = (await (await callApi(`rooms/${ROOM}/state/votes`)).json()) as number[]
    expect(kept.toSorted()).toEqual(votes)
  })

  test('reports the metrics and the audit of both together', async () => {
    const headers = { Authorization: `Bearer ${TOKEN}`, Connection: 'close' }
    const metrics = await (await fetch(`${server.url}/metrics`, { headers })).text()
    expect(metrics).toMatch(/^imgcast_streams 4$/m)
    expect(metrics).toMatch(/^imgcast_nodes 2$/m)
    expect(metrics).toMatch(/^imgcast_connections\{widget="online"\} 4$/m)
    expect(await (await callApi('audit')).json()).toMatchObject({
      ...{ agrees: true, counted: { streams: 4, sockets: 4 } },
    })
  })

  test('loses the viewers of a process that dies, and no others, and starts another', async () => {
    const pid = Number((await nodes())[0]?.name.split(':').at(-1))
    process.kill(pid, 'SIGKILL')
    await eventually(async () => expect(await countsOf()).toMatchObject({ connections: 2 }), SLOW)
    const living = streams.filter(({ socket }) => !socket.destroyed)
    expect(living).toHaveLength(2)
    const shown = living.map(({ parts }) => parts.length)
    await watch('203.0.113.9')
    await Promise.all(
      living.map((stream, index) => stream.waitFor(({ parts }) => parts.length > (shown[index] ?? 0))),
    )
    await eventually(async () => expect(await nodes()).toHaveLength(2), SLOW)
    expect(server.errors()).toMatch(/a server process ended, starting another/)
  }, 120_000)

  test('closes a connection whose request never becomes whole', () => endOfSlowHead)

  test('ends every stream with its last picture, saves, and leaves no process', async () => {
    const pids = (await nodes()).map(({ name }) => name.split(':').at(-1) as string)
    server.child.kill('SIGTERM')
    expect((await server.ended).code).toBe(0)
    for (const stream of streams.filter(({ socket }) => !socket.destroyed)) expect(stream.closed).toBe(true)
    for (const pid of pids) expect(() => execFileSync('ps', ['-p', pid])).toThrow()
    expect(server.errors()).not.toMatch(/unhandled|uncaught/i)
  })
})

test('processes out of range are refused', async () => {
  await expect(serveCommand(['--processes', '65'])).rejects.toThrow(/--processes.*auto, or a whole number/)
})
