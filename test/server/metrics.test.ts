import type { Socket } from 'node:net'
import { register } from 'prom-client'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { METRICS } from '../../src/http/metrics/metric-rows.ts'
import { eventually } from '../support/eventually.ts'
import { readMetrics, sumOf } from '../support/metrics.ts'
import { startServer, type TestServer } from '../support/server.ts'
import { openStream, type RawStream, type StreamOptions } from '../support/stream-reader.ts'

const TOKEN = 'a-token-of-the-tests'

let server: TestServer
const streams: RawStream[] = []
const sockets = new Set<Socket>()

beforeAll(async () => {
  server = await startServer({ token: TOKEN, linger: 100 })
  server.server.on('connection', (socket) => {
    sockets.add(socket)
    socket.once('close', () => sockets.delete(socket))
  })
})

afterEach(async () => {
  for (const stream of streams.splice(0)) stream.close()
  await eventually(() => expect(server.imgcast.stats()).toMatchObject({ connections: 0, channels: 0 }))
})

afterAll(() => server.close())

const read = () => readMetrics(server.url, TOKEN)

async function open(path: string, options: StreamOptions = {}): Promise<RawStream> {
  const stream = await openStream(server.url + path, options)
  streams.push(stream)
  return stream
}

/** A viewer of their own, by their language. */
const as = (name: string) => ({ headers: { 'Accept-Language': name } })

/** By how much each series changed. */
async function changes(during: () => Promise<void>): Promise<(series: string) => number> {
  const before = await read()
  await during()
  const after = await read()
  return (series) => (after.get(series) ?? 0) - (before.get(series) ?? 0)
}

describe('/metrics', () => {
  test('is the text format of Prometheus, and has every metric, with its type and meaning', async () => {
    const headers = { Authorization: `Bearer ${TOKEN}` }
    const response = await fetch(`${server.url}/metrics`, { headers })
    expect(response.status).toBe(200)
    expect(response.headers.get('content-type')).toBe('text/plain; version=0.0.4; charset=utf-8')
    expect(response.headers.get('cache-control')).toContain('no-store')
    const text = await response.text()
    for (const { name, type, help } of Object.values(METRICS)) {
      expect(text).toContain(`# HELP ${name} ${help}\n# TYPE ${name} ${type}\n`)
    }
    const head = await fetch(`${server.url}/metrics`, { method: 'HEAD', headers })
    expect(head.status).toBe(200)
  })

  test('needs the token: 401 and a problem document else', async () => {
    for (const headers of [{}, { Authorization: 'Bearer not-the-token-at-all' }]) {
      const response = await fetch(`${server.url}/metrics`, { headers })
      expect(response.status).toBe(401)
      expect(response.headers.get('content-type')).toBe('application/problem+json')
      expect(response.headers.get('www-authenticate')).toBe('Bearer')
      const text = await response.text()
      expect(text).not.toContain('imgcast_streams')
      expect(text).not.toContain(TOKEN)
    }
  })

  test('reports a plausible lag of the event loop, at any interval of scrapes', async () => {
    const parts = ['', '_min', '_mean', '_p99', '_max'].map((part) => `nodejs_eventloop_lag${part}_seconds`)
    const tell = async () => {
      const samples = await read()
      for (const lag of parts.flatMap((part) => samples.get(part) ?? [])) {
        expect(lag).toBeGreaterThanOrEqual(0)
        expect(lag).toBeLessThan(60)
      }
      return parts.filter((part) => samples.has(part))
    }
    for (let time = 0; time < 10; time += 1) await Promise.all([tell(), tell()])
    await eventually(async () => expect(await tell()).toEqual(parts), { interval: 100 })
  })

  test('counts open streams, and people, by widget', async () => {
    for (const name of ['ann', 'ann', 'bob']) await open('/counter/a.png?delivery=stream', as(name))
    await open('/counter/b.png?delivery=stream', as('ann'))
    await open('/ticker/a.png?delivery=stream', as('ann'))
    const samples = await read()
    const { connections, channels, rooms } = server.imgcast.stats()
    expect(connections).toBe(5)
    expect(samples.get('imgcast_streams')).toBe(connections)
    expect(samples.get('imgcast_channels')).toBe(channels)
    expect(samples.get('imgcast_rooms')).toBe(rooms)
    expect(samples.get('imgcast_connections{widget="counter"}')).toBe(4)
    expect(samples.get('imgcast_connections{widget="ticker"}')).toBe(1)
    expect(samples.get('imgcast_visitors{widget="counter"}')).toBe(2)
    expect(samples.get('imgcast_visitors{widget="ticker"}')).toBe(1)
    expect(samples.get('imgcast_streams_limit')).toBe(10_000)
    expect(samples.get('imgcast_channels_limit')).toBe(500)
    expect(samples.get('imgcast_render_processes')).toBe(server.imgcast.stats().renderers.length)
  })

  test('counts a picture that shows others for their widgets too, as presence does', async () => {
    const before = await read()
    const stream = await open('/shows/a.png?delivery=stream&show=counter/shown', as('ann'))
    await stream.nextPart()
    await eventually(async () => {
      const counts = await (await fetch(`${server.url}/counter/shown.json`)).json()
      expect(counts).toMatchObject({ connections: 1 })
    })
    const samples = await read()
    expect(samples.get('imgcast_connections{widget="shows"}')).toBe(1)
    expect(samples.get('imgcast_connections{widget="counter"}')).toBe(1)
    expect(samples.get('imgcast_streams')).toBe((before.get('imgcast_streams') ?? 0) + 1)
  })

  test('equals the stats after any number of joins and leaves, and is 0 when all have left', async () => {
    const change = await changes(async () => {
      for (let round = 0; round < 30; round += 1) {
        const path = round % 3 === 0 ? '/ticker/churn.png' : `/counter/churn-${round % 5}.png`
        await open(`${path}?delivery=stream`, as(`x-${round % 4}`))
        if (round % 2 === 1) streams.shift()?.close()
        if (round % 7 === 0) streams.shift()?.abort()
      }
      await eventually(async () => {
        const [samples, stats] = [await read(), server.imgcast.stats()]
        expect(stats.connections).toBe(streams.length)
        expect(samples.get('imgcast_streams')).toBe(stats.connections)
        expect(sumOf(samples, 'imgcast_connections')).toBe(stats.connections)
        expect(samples.get('imgcast_rooms')).toBe(stats.rooms)
      })
      for (const stream of streams.splice(0)) stream.close()
      await eventually(() => expect(server.imgcast.stats().connections).toBe(0))
    })
    const samples = await read()
    for (const name of ['streams', 'connections', 'visitors', 'rooms']) {
      expect([name, sumOf(samples, `imgcast_${name}`)]).toEqual([name, 0])
    }
    expect(change('imgcast_streams_opened_total{widget="ticker"}')).toBe(10)
    expect(change('imgcast_streams_opened_total{widget="counter"}')).toBe(20)
  })

  test('never has a label whose values strangers can invent', async () => {
    await open('/counter/a-room-of-my-own.png?delivery=stream&shade=77')
    await fetch(`${server.url}/no-such-widget/x.png`)
    await fetch(`${server.url}/counter/x.png?shade=nonsense`)
    const samples = await read()
    const series = [...samples.keys()].filter((name) => name.startsWith('imgcast_')).join('\n')
    for (const word of ['my-own', 'no-such-widget', 'nonsense', '77']) expect(series).not.toContain(word)
  })

  test('counts drawn, encoded, sent and unsent pictures', async () => {
    const viewers = 3
    const change = await changes(async () => {
      for (let viewer = 0; viewer < viewers; viewer += 1) await open('/counter/sent.webp?delivery=stream')
      await eventually(() => expect(streams.every(({ parts }) => parts.length > 0)).toBe(true))
      // All of them see the last of them.
      await eventually(() =>
        expect(new Set(streams.map(({ parts }) => parts.at(-1)?.body.toString('hex'))).size).toBe(1),
      )
    })
    const received = streams.reduce((sum, { parts }) => sum + parts.length, 0)
    const bytes = streams.reduce((sum, stream) => sum + stream.bytes().length, 0)
    const drawn = change('imgcast_frames_drawn_total{widget="counter"}')
    expect(drawn).toBeGreaterThanOrEqual(1)
    expect(change('imgcast_frames_encoded_total{format="webp"}')).toBe(drawn)
    expect(change('imgcast_draw_duration_seconds_count{widget="counter"}')).toBe(drawn)
    expect(change('imgcast_encode_duration_seconds_count{format="webp"}')).toBe(drawn)
    expect(change('imgcast_encode_duration_seconds_sum{format="webp"}')).toBeGreaterThan(0)
    expect(change('imgcast_fan_out_duration_seconds_count')).toBeGreaterThanOrEqual(1)
    expect(change('imgcast_fan_out_duration_seconds_count')).toBeLessThanOrEqual(drawn)
    expect(change('imgcast_frames_sent_total{widget="counter"}')).toBe(received)
    expect(change('imgcast_sent_bytes_total{widget="counter",delivery="stream"}')).toBe(bytes)
  })

  test('counts pictures that a viewer skips who does not read', async () => {
    await open('/noise/stuck.png?delivery=stream', { read: false })
    await eventually(async () =>
      expect((await read()).get('imgcast_frames_dropped_total{widget="noise"}')).toBeGreaterThan(2),
    )
  })

  test('counts each frame of an animation as drawn, and the animation as encoded once', async () => {
    const change = await changes(async () => {
      await (await fetch(`${server.url}/flip/once.gif`)).arrayBuffer()
    })
    expect(change('imgcast_frames_drawn_total{widget="flip"}')).toBe(2)
    expect(change('imgcast_frames_encoded_total{format="gif"}')).toBe(1)
  })

  test('counts stills by status, and their bytes', async () => {
    const change = await changes(async () => {
      const first = await fetch(`${server.url}/counter/still.png?delivery=still`)
      const bytes = (await first.arrayBuffer()).byteLength
      const headers = { 'If-None-Match': first.headers.get('etag') ?? '' }
      expect((await fetch(`${server.url}/counter/still.png?delivery=still`, { headers })).status).toBe(304)
      await fetch(`${server.url}/counter/still.png`, { method: 'HEAD' })
      expect(bytes).toBeGreaterThan(0)
      const still = (await read()).get('imgcast_sent_bytes_total{widget="counter",delivery="still"}') ?? 0
      expect(still).toBeGreaterThanOrEqual(bytes)
    })
    expect(change('imgcast_stills_total{widget="counter",status="200"}')).toBe(1)
    expect(change('imgcast_stills_total{widget="counter",status="304"}')).toBe(1)
  })

  test('counts errors by status, even if an image proxy gets them with a 200', async () => {
    const change = await changes(async () => {
      for (const path of [
        '/no-such-widget/x.png',
        '/counter/x.png?shade=nonsense',
        '/counter/x.png?shade=1000',
      ])
        await fetch(server.url + path)
      const proxy = { 'User-Agent': 'Mozilla/5.0 (via ggpht.com GoogleImageProxy)' }
      expect((await fetch(`${server.url}/no-such-widget/x.png`, { headers: proxy })).status).toBe(200)
    })
    expect(change('imgcast_errors_total{status="404",code="not-found"}')).toBe(2)
    expect(change('imgcast_errors_total{status="400",code="bad-parameter"}')).toBe(2)
  })

  test('counts pictures that fail, and render processes that die of it', async () => {
    const change = await changes(async () => {
      await fetch(`${server.url}/throws/x.png`)
      await fetch(`${server.url}/exits/x.png`)
    })
    expect(change('imgcast_drawings_failed_total{widget="throws"}')).toBeGreaterThanOrEqual(1)
    expect(change('imgcast_drawings_failed_total{widget="exits"}')).toBeGreaterThanOrEqual(1)
    expect(change('imgcast_render_restarts_total')).toBeGreaterThanOrEqual(1)
    await eventually(async () =>
      expect((await read()).get('imgcast_render_processes')).toBeGreaterThanOrEqual(1),
    )
  })

  test('counts viewers whose network is gone, and not viewers who left', async () => {
    const change = await changes(async () => {
      await open('/counter/left.png?delivery=stream')
      streams.pop()?.abort()
      const known = new Set(sockets)
      await open('/counter/ghost.png?delivery=stream')
      const [ghost] = [...sockets].filter((socket) => !known.has(socket))
      // What the kernel says when it has tried for as long as it was told.
      ghost?.destroy(Object.assign(new Error('read ETIMEDOUT'), { code: 'ETIMEDOUT' }))
      await eventually(() => expect(server.imgcast.stats().connections).toBe(0))
    })
    expect(change('imgcast_ghosts_total')).toBe(1)
    expect(change('imgcast_viewers_ended_total{reason="ghost"}')).toBe(1)
    expect(change('imgcast_viewers_ended_total{reason="left"}')).toBe(1)
    expect(change('imgcast_viewers_ended_total{reason="slow"}')).toBe(0)
  })

  test('is of this server alone: a second one, and a registry of the host app, have their own', async () => {
    const other = await startServer({ token: TOKEN })
    await open('/counter/mine.png?delivery=stream')
    expect((await readMetrics(other.url, TOKEN)).get('imgcast_streams')).toBe(0)
    expect((await read()).get('imgcast_streams')).toBe(1)
    expect(await register.getMetricsAsArray()).toEqual([])
    await other.close()
  })
})
