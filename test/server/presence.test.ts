import { once } from 'node:events'
import { connect } from 'node:net'
import { loadImage } from '@napi-rs/canvas'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { eventually } from '../support/eventually.ts'
import { pixelOf } from '../support/pixels.ts'
import { startServer, type TestServer } from '../support/server.ts'
import { chromium, firefox, openStream, type RawStream } from '../support/stream-reader.ts'

let server: TestServer

beforeEach(async () => {
  server = await startServer({ linger: 100, maxConnections: 2000, maxConnectionsPerAddress: 2000 })
})
afterEach(async () => {
  await server.close()
})

interface Counts {
  connections: number
  visitors: number
  peak: number
}

async function counts(room: string): Promise<Counts> {
  const headers = { Connection: 'close' }
  return (await fetch(`${server.url}/${room}.json`, { headers })).json() as Promise<Counts>
}

/** Opens streams so that each is one visitor of its own. */
function openAs(visitor: number, path: string, more: Record<string, string> = {}): Promise<RawStream> {
  const headers = { ...chromium, 'Accept-Language': `x-${visitor}`, ...more }
  return openStream(server.url + path, { headers })
}

async function expectNothingLeft(): Promise<void> {
  await eventually(() =>
    expect(server.imgcast.stats()).toMatchObject({ connections: 0, rooms: 0, channels: 0 }),
  )
  // The watchdogs of the render processes tick on, unref'd; nothing of a viewer's does.
  await eventually(() => {
    expect(process.getActiveResourcesInfo().filter((name) => name === 'TCPSocketWrap')).toHaveLength(0)
  })
}

describe('presence', () => {
  test('a picture shows viewers that join and leave, in the open stream', async () => {
    const watching = await openAs(0, '/counter/blog.png')
    const red = async (stream: RawStream) =>
      (await pixelOf(await loadImage(stream.parts.at(-1)?.body as Buffer)))[0]
    await watching.nextPart()
    await eventually(async () => expect(await red(watching)).toBe(10))
    const others = await Promise.all([1, 2, 3].map((visitor) => openAs(visitor, '/counter/blog.png')))
    await eventually(async () => expect(await red(watching)).toBe(40))
    for (const other of others) other.close()
    await eventually(async () => expect(await red(watching)).toBe(10))
    watching.close()
    await expectNothingLeft()
  })

  test('looks of one room share its count, rooms do not', async () => {
    const streams = [
      await openAs(1, '/counter/a.png'),
      await openAs(2, '/counter/a.jpg?shade=9'),
      await openAs(3, '/counter/b.png'),
    ]
    expect(await counts('counter/a')).toMatchObject({ connections: 2, visitors: 2 })
    expect(await counts('counter/b')).toMatchObject({ connections: 1, visitors: 1 })
    for (const stream of streams) stream.close()
    await expectNothingLeft()
  })

  test('several streams of one reader are one visitor, until the last is gone', async () => {
    const streams = await Promise.all([1, 1, 1].map((visitor) => openAs(visitor, '/counter/a.png')))
    expect(await counts('counter/a')).toMatchObject({
      room: 'counter/a',
      connections: 3,
      visitors: 1,
      peak: 1,
    })
    streams[0]?.close()
    streams[1]?.close()
    await eventually(async () =>
      expect(await counts('counter/a')).toMatchObject({ connections: 1, visitors: 1 }),
    )
    streams[2]?.close()
    await eventually(async () =>
      expect(await counts('counter/a')).toMatchObject({ connections: 0, visitors: 0, peak: 1 }),
    )
  })

  test('500 connections opened and closed at once, in random order, in every way, count to zero', async () => {
    const visits = Array.from({ length: 500 }, async (_, visitor) => {
      const stream = await openAs(visitor, `/counter/churn.png?shade=${visitor % 5}`)
      if (Math.random() < 0.5) await stream.nextPart()
      if (Math.random() < 0.3) stream.abort()
      else if (Math.random() < 0.5) stream.socket.end()
      else stream.close()
    })
    await Promise.all(visits)
    await expectNothingLeft()
    const { peak } = await counts('counter/churn')
    expect(peak).toBeGreaterThan(0)
    expect(peak).toBeLessThanOrEqual(500)
  })

  test('the peak is the most visitors there were at once', async () => {
    const streams = await Promise.all(
      // As behind a proxy on this machine: the readers have no address of their own.
      Array.from({ length: 40 }, (_, visitor) => openAs(visitor, '/counter/p.png', { Via: '1.1 proxy' })),
    )
    await eventually(async () => expect(await counts('counter/p')).toMatchObject({ connections: 40 }))
    for (const stream of streams) stream.close()
    await expectNothingLeft()
    expect(await counts('counter/p')).toMatchObject({ connections: 0, visitors: 0, peak: 40 })
  })

  test('a program on this machine that poses as 40 people is five visitors', async () => {
    const path = '/counter/crowd.png'
    const streams = await Promise.all(Array.from({ length: 40 }, (_, visitor) => openAs(visitor, path)))
    await eventually(async () =>
      expect(await counts('counter/crowd')).toEqual(
        expect.objectContaining({ connections: 40, visitors: 5, peak: 5 }),
      ),
    )
    for (const stream of streams) stream.close()
    await expectNothingLeft()
  })

  test('a client that is gone before its first picture is counted out again', async () => {
    const sockets = Array.from({ length: 50 }, () => {
      const { hostname, port } = new URL(server.url)
      const socket = connect(Number(port), hostname)
      socket.on('error', () => {})
      socket.on('connect', () => {
        socket.write('GET /slow/x.png?wait=1s&delivery=stream HTTP/1.1\r\nHost: x\r\n\r\n', () =>
          socket.destroy(),
        )
      })
      return once(socket, 'close')
    })
    await Promise.all(sockets)
    await expectNothingLeft()
  })

  test('a client that never reads is counted, and counted out when it is gone', async () => {
    const stream = await openStream(`${server.url}/ticker/a.png?width=400&height=400&every=20ms`, {
      read: false,
    })
    await eventually(async () => expect(await counts('ticker/a')).toMatchObject({ connections: 1 }))
    stream.close()
    await expectNothingLeft()
  })

  test('a client that closes only its own half has left', async () => {
    const stream = await openAs(1, '/counter/a.png')
    await stream.nextPart()
    stream.socket.end()
    await expectNothingLeft()
  })

  test.each([
    ['a HEAD', '/counter/a.png', { method: 'HEAD' }],
    ['a HEAD for a stream', '/counter/a.png?delivery=stream', { method: 'HEAD' }],
    ['a still', '/counter/a.png?delivery=still', {}],
    ['data', '/counter/a.json', {}],
    ['a bad request', '/counter/a.png?shade=1000', {}],
    ['the 302 for Firefox', '/counter/a.png', { headers: firefox, redirect: 'manual' as const }],
  ])('%s is nobody', async (_, path, init) => {
    const response = await fetch(server.url + path, init)
    await response.arrayBuffer()
    expect(server.imgcast.stats()).toMatchObject({ connections: 0, rooms: 0 })
    expect((await counts('counter/a')).peak).toBe(0)
  })

  test('requests pipelined behind a stream are not counted', async () => {
    const { hostname, port } = new URL(server.url)
    const socket = connect(Number(port), hostname)
    socket.on('error', () => {})
    const request = 'GET /counter/a.png?delivery=stream HTTP/1.1\r\nHost: x\r\n\r\n'
    socket.write(request.repeat(10))
    await eventually(async () => expect((await counts('counter/a')).peak).toBe(1))
    socket.destroy()
    await expectNothingLeft()
  })

  test('garbage after the request ends the stream and the count', async () => {
    const stream = await openAs(1, '/counter/a.png')
    stream.socket.write('\0\0garbage\r\n\r\n')
    await expectNothingLeft()
  })

  test('a stream over HTTP/1.0 is a stream', async () => {
    const stream = await openStream(`${server.url}/counter/a.png`, { httpVersion: '1.0' })
    await stream.nextPart()
    expect(await counts('counter/a')).toMatchObject({ connections: 1 })
    stream.close()
    await expectNothingLeft()
  })
})

describe('visitors', () => {
  test('are distinguished behind a trusted proxy, and not behind any other', async () => {
    const trusting = await startServer({ linger: 0 }, 'loopback')
    try {
      for (const [base, visitors] of [
        [server.url, 1],
        [trusting.url, 2],
      ] as const) {
        const streams = await Promise.all(
          ['1.2.3.4', '5.6.7.8'].map((address) =>
            openStream(`${base}/counter/a.png`, { headers: { 'X-Forwarded-For': address } }),
          ),
        )
        const answer = await fetch(`${base}/counter/a.json`)
        expect(await answer.json()).toMatchObject({ connections: 2, visitors })
        for (const stream of streams) stream.close()
      }
    } finally {
      await trusting.close()
    }
  })
})
