import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { WebSocket } from 'ws'
import type { RunningServer } from '../support/command.ts'
import { chromium, firefox } from '../support/stream-reader.ts'
import { describeWith } from '../support/tools.ts'
import { connectHttp2, negotiated, openViewer, PROTOCOLS, type Protocol } from './support/client.ts'
import { HOST_NAME, PROXIES } from './support/configurations.ts'
import {
  closeDelay,
  countsOf,
  firstFrames,
  median,
  newRoom,
  pushDelays,
  serveBehindProxy,
  tell,
  untilCounted,
  upstreamOf,
} from './support/measure.ts'
import { type RunningProxy, startProxy } from './support/proxy.ts'

const HEARTBEAT = 1000

for (const name of PROXIES) {
  describeWith([name], `the configuration in deploy/ for ${name}`, () => {
    let server: RunningServer
    let proxy: RunningProxy
    beforeAll(async () => {
      server = await serveBehindProxy([
        '--heartbeat',
        `${HEARTBEAT}ms`,
        '--max-connections-per-address',
        '500',
      ])
      proxy = await startProxy(name, upstreamOf(server))
    })
    afterAll(async () => {
      await proxy?.stop()
      server?.child.kill('SIGKILL')
    })

    test('offers HTTP/2, and 128 pictures at once or more', async () => {
      expect(await negotiated(proxy)).toBe('h2')
      const session = connectHttp2(proxy)
      await once(session, 'remoteSettings')
      expect(session.remoteSettings.maxConcurrentStreams).toBeGreaterThanOrEqual(128)
      const room = newRoom('counter')
      const viewers = await Promise.all(
        Array.from({ length: 128 }, (_, index) =>
          openViewer(proxy, `/${room}.png?shade=${index}&delivery=stream`, { protocol: 'HTTP/2', session }),
        ),
      )
      for (const viewer of viewers) expect(await viewer.until(({ parts }) => parts.length > 0)).toBe(true)
      expect(await countsOf(server, room)).toMatchObject({ connections: 128, visitors: 1 })
      session.destroy()
      expect(await untilCounted(server, room, 0)).toBeLessThan(HEARTBEAT + 1000)
    })

    test('passes on the WebSocket of <live-img>', async () => {
      const { host, port, ca } = proxy
      const options = { ca, servername: HOST_NAME, headers: { Host: HOST_NAME } }
      const socket = new WebSocket(`wss://${host}:${port}/ws`, options)
      await once(socket, 'open')
      const room = newRoom('counter')
      const frames: Buffer[] = []
      socket.on('message', (data, isBinary) => isBinary && frames.push(data as Buffer))
      socket.send(JSON.stringify({ subscribe: [`/${room}.png`] }))
      await expect.poll(() => frames.length).toBeGreaterThan(0)
      expect(await countsOf(server, room)).toMatchObject({ connections: 1, visitors: 1 })
      socket.close()
      expect(await untilCounted(server, room, 0)).toBeLessThan(HEARTBEAT + 1000)
    })

    test.each(PROTOCOLS)('%s: the first picture arrives at once', async (protocol) => {
      const delays = await firstFrames(proxy, { protocol }, 7)
      tell(name, `first picture over ${protocol}`, delays)
      // Half a second is promised; a busy machine may take longer once.
      expect(median(delays)).toBeLessThan(500)
      expect(Math.max(...delays)).toBeLessThan(2000)
    })

    test.each(PROTOCOLS)('%s: a change arrives as soon as without the proxy', async (protocol) => {
      const delays = await pushDelays(server, proxy, { protocol }, 10)
      tell(name, `changes over ${protocol}, later than direct`, delays)
      expect(median(delays)).toBeLessThan(200)
      expect(Math.max(...delays)).toBeLessThan(2000)
    })

    test.each<[string, Protocol, Record<string, string>]>([
      ['a Chromium over HTTP/1.1', 'HTTP/1.1', chromium],
      ['a Chromium over HTTP/2', 'HTTP/2', chromium],
      ['a Firefox over HTTP/1.1', 'HTTP/1.1', firefox],
      ['a Firefox over HTTP/2', 'HTTP/2', firefox],
    ])('%s that closes is not counted any more', async (who, protocol, headers) => {
      const delay = await closeDelay(server, proxy, { protocol, headers })
      tell(name, `close of ${who}, until it is not counted`, [delay])
      expect(delay).toBeLessThan(HEARTBEAT + 1000)
    })

    test.each(PROTOCOLS)('%s: visitors are distinguished, and no client can be many', async (protocol) => {
      const room = newRoom('counter')
      const open = (localAddress: string, headers = {}) =>
        openViewer(proxy, `/${room}.png`, { protocol, localAddress, headers })
      const viewers = [
        await open('127.0.0.1'),
        await open('127.0.0.2'),
        await open('127.0.0.1', { 'X-Forwarded-For': '203.0.113.7', Forwarded: 'for=203.0.113.8' }),
      ]
      await untilCounted(server, room, 3)
      expect(await countsOf(server, room)).toMatchObject({ connections: 3, visitors: 2 })
      for (const viewer of viewers) viewer.close()
      await untilCounted(server, room, 0)
    })

    test.each<[Protocol, boolean]>([
      ['HTTP/1.1', true],
      ['HTTP/2', false],
    ])('%s: whether pages a Chromium left are asked: %s', async (protocol, asked) => {
      const room = newRoom('counter')
      const open = () => openViewer(proxy, `/${room}.png`, { protocol, headers: chromium })
      const viewers = [await open(), await open()]
      await sleep(1100)
      viewers.push(await open())
      const fat = await viewers[0]?.until(
        ({ parts }) => parts.some(({ body }) => body.length > 1_000_000),
        asked ? 10_000 : 2500,
      )
      expect(fat).toBe(asked)
      for (const viewer of viewers) viewer.close()
      await untilCounted(server, room, 0)
    })

    // The last one: it ends the server.
    test('SIGTERM of the server ends the pictures cleanly', async () => {
      const viewers = await Promise.all(
        PROTOCOLS.flatMap((protocol) =>
          [chromium, firefox].map((headers) =>
            openViewer(proxy, `/${newRoom('counter')}.png?v=1`, { protocol, headers }),
          ),
        ),
      )
      for (const viewer of viewers) expect(await viewer.until(({ parts }) => parts.length > 0)).toBe(true)
      server.child.kill('SIGTERM')
      for (const viewer of viewers) {
        expect(await viewer.until(({ endedAt }) => endedAt !== undefined)).toBe(true)
        expect(viewer).toMatchObject({ closed: true, complete: true })
        const [before, last] = viewer.parts.slice(-2)
        expect(last?.body.equals(before?.body as Buffer)).toBe(true)
      }
      expect((await server.ended).code).toBe(0)
    })
  })
}
