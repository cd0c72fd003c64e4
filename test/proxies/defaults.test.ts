import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { RunningServer } from '../support/command.ts'
import { chromium, firefox } from '../support/stream-reader.ts'
import { describeWith } from '../support/tools.ts'
import { negotiated, openViewer, type Protocol, readPage } from './support/client.ts'
import { PROXIES, type ProxyName, plain, type Replacement } from './support/configurations.ts'
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

interface Default {
  protocols: Protocol[]
  /** The protocol that it chooses for a client that offers both. */
  negotiated: string
  /** Whether the server hears at once of a client that left. */
  tellsOfLeaving: boolean
  /** Visitors, where two people look, and then one of them claims to be somebody else. */
  visitors: [two: number, withLiar: number]
  /** The address in the snippets of the pages. */
  address: string
}

/** The table in docs/deploy.md, as it was measured with the versions in Debian 12. */
const DEFAULTS: Record<ProxyName, Default> = {
  nginx: {
    protocols: ['HTTP/1.1'],
    negotiated: 'http/1.1',
    tellsOfLeaving: true,
    visitors: [1, 2],
    address: 'http://127.0.0.1',
  },
  caddy: {
    protocols: ['HTTP/1.1', 'HTTP/2'],
    negotiated: 'h2',
    tellsOfLeaving: true,
    visitors: [2, 2],
    address: 'https://img.example.com/',
  },
  haproxy: {
    protocols: ['HTTP/1.1'],
    negotiated: 'none',
    tellsOfLeaving: false,
    visitors: [1, 2],
    address: 'http://img.example.com/',
  },
}

for (const name of PROXIES) {
  describeWith([name], `${name} as somebody sets it up who has read nothing`, () => {
    const wont = DEFAULTS[name]
    let server: RunningServer
    let proxy: RunningProxy
    beforeAll(async () => {
      server = await serveBehindProxy(['--heartbeat', `${HEARTBEAT}ms`])
      proxy = await startProxy(name, upstreamOf(server), { configuration: plain })
    })
    afterAll(async () => {
      await proxy?.stop()
      server?.child.kill('SIGKILL')
    })

    test(`speaks ${wont.protocols.join(' and ')} to a browser`, async () => {
      expect(await negotiated(proxy)).toBe(wont.negotiated)
    })

    test.each(wont.protocols)('%s: the first picture and every change arrive at once', async (protocol) => {
      const first = await firstFrames(proxy, { protocol }, 5)
      tell(name, `default, first picture over ${protocol}`, first)
      expect(median(first)).toBeLessThan(500)
      const changes = await pushDelays(server, proxy, { protocol }, 10)
      tell(name, `default, changes over ${protocol}, later than direct`, changes)
      expect(median(changes)).toBeLessThan(200)
    })

    test.each(wont.protocols)('%s: a close is noticed at once, or two heartbeats later', async (protocol) => {
      const delay = await closeDelay(server, proxy, { protocol, headers: firefox })
      tell(name, `default, close of a Firefox over ${protocol}, until it is not counted`, [delay])
      expect(delay).toBeLessThan(wont.tellsOfLeaving ? HEARTBEAT + 1000 : 2 * HEARTBEAT + 2000)
      if (wont.tellsOfLeaving)
        expect(await closeDelay(server, proxy, { protocol, headers: chromium })).toBeLessThan(2000)
      // A quiet Chromium's heartbeat is 15 s.
      else expect(await isCountedAfterClose(server, proxy, protocol)).toBe(true)
    })

    test.each(wont.protocols)(
      '%s: viewers are distinguished, and a forged header has an effect',
      async (protocol) => {
        const room = newRoom('counter')
        const open = (localAddress: string, headers = {}) =>
          openViewer(proxy, `/${room}.png`, { protocol, localAddress, headers })
        await open('127.0.0.1')
        await open('127.0.0.2')
        await untilCounted(server, room, 2)
        const two = (await countsOf(server, room)).visitors
        await open('127.0.0.1', { 'X-Forwarded-For': '203.0.113.7' })
        await untilCounted(server, room, 3)
        expect([two, (await countsOf(server, room)).visitors]).toEqual(wont.visitors)
      },
    )

    test(`pages say that pictures are at ${wont.address}`, async () => {
      expect(await readPage(proxy, '/online/lobby')).toContain(wont.address)
    })
  })
}

describeWith(['caddy'], 'Caddy with flush_interval -1, which many guides recommend', () => {
  test('does not close the server’s connection when a viewer leaves', async () => {
    const server = await serveBehindProxy()
    const line = `reverse_proxy ${upstreamOf(server)}`
    const changes: Replacement[] = [[line, `${line} {\n\t\tflush_interval -1\n\t}`]]
    const proxy = await startProxy('caddy', upstreamOf(server), { configuration: plain, changes })
    try {
      for (const protocol of DEFAULTS.caddy.protocols)
        expect(await isCountedAfterClose(server, proxy, protocol)).toBe(true)
    } finally {
      await proxy.stop()
      server.child.kill('SIGKILL')
    }
  })
})

/** Whether a quiet viewer is still counted three seconds after it closed. */
async function isCountedAfterClose(
  server: RunningServer,
  proxy: RunningProxy,
  protocol: Protocol,
): Promise<boolean> {
  const room = newRoom('counter')
  const viewer = await openViewer(proxy, `/${room}.png`, { protocol, headers: chromium })
  await untilCounted(server, room, 1)
  viewer.close()
  await sleep(3000)
  return (await countsOf(server, room)).connections === 1
}
