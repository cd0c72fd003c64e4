import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { RunningServer } from '../support/command.ts'
import { chromium, firefox } from '../support/stream-reader.ts'
import { describeWith, missingTools } from '../support/tools.ts'
import { openViewer, PROTOCOLS, type Viewer } from './support/client.ts'
import { PROXIES, type ProxyName, type Replacement } from './support/configurations.ts'
import { newRoom, serveBehindProxy, upstreamOf } from './support/measure.ts'
import { type RunningProxy, startProxy } from './support/proxy.ts'

/** The proxies' own timeout as it is documented: four times the heartbeat of a quiet viewer. */
const DOCUMENTED = '60s'
const LINES: Record<ProxyName, string[]> = {
  nginx: ['proxy_read_timeout 60s'],
  caddy: ['read_timeout 60s'],
  haproxy: ['timeout client 60s', 'timeout server 60s'],
}

/** Firefox's heartbeat is --heartbeat; that of all others is at least 15 s. */
const HEARTBEAT = '1s'
/** Four heartbeats, and a silence to it that is more than three minutes to the documented timeout. */
const [SHORT, SHORT_SILENCE] = ['4s', 14_000]
/** Longer than 15 s, and a silence of three heartbeats. */
const [LONG, LONG_SILENCE] = ['20s', 46_500]

interface Watched {
  quick: Viewer[]
  late: Viewer[]
  real: Viewer[]
}

const watched = new Map<ProxyName, Watched>()
const proxies: RunningProxy[] = []
let server: RunningServer

// All of them at once: what takes the time here is waiting.
beforeAll(async () => {
  server = await serveBehindProxy(['--heartbeat', HEARTBEAT])
  const present = PROXIES.filter((name) => process.env.CI === 'true' || missingTools([name]).length === 0)
  await Promise.all(
    present.map(async (name) => {
      const short = await startScaled(name, SHORT)
      const long = await startScaled(name, LONG)
      watched.set(name, {
        // A mark of staleness would be renewed by whole pictures: here heartbeats alone have to keep it open.
        quick: await watch(short, firefox, '&stale=off'),
        late: await watch(short, chromium),
        real: await watch(long, chromium),
      })
    }),
  )
})
afterAll(async () => {
  for (const proxy of proxies) await proxy.stop()
  server?.child.kill('SIGKILL')
})

for (const name of PROXIES) {
  describeWith([name], `silence behind ${name}`, () => {
    test('a picture that does not change stays for more than three times the timeout', async () => {
      const { quick } = watched.get(name) as Watched
      for (const viewer of quick) {
        await sleep(Math.max(0, viewer.askedAt + SHORT_SILENCE - performance.now()))
        expect(viewer).toMatchObject({ closed: false, endedAt: undefined })
        // What keeps it is nothing to be seen: no picture came after the first ones.
        expect((viewer.parts.at(-1)?.at ?? 0) - viewer.askedAt).toBeLessThan(8000)
      }
    }, 90_000)

    test('and is closed if the heartbeat is longer than the timeout', () => {
      const { late } = watched.get(name) as Watched
      for (const { endedAt = Number.POSITIVE_INFINITY, askedAt } of late) {
        expect(endedAt - askedAt).toBeGreaterThan(3000)
        expect(endedAt - askedAt).toBeLessThan(17_000)
      }
    })

    test('the heartbeat of 15 s keeps a picture open with a timeout of 20 s', async () => {
      const { real } = watched.get(name) as Watched
      for (const viewer of real) {
        await sleep(Math.max(0, viewer.askedAt + LONG_SILENCE - performance.now()))
        expect(viewer).toMatchObject({ closed: false, endedAt: undefined })
        expect(viewer.parts.length).toBeGreaterThanOrEqual(3)
      }
    }, 90_000)
  })
}

async function startScaled(name: ProxyName, timeout: string): Promise<RunningProxy> {
  const changes = LINES[name].map((line): Replacement => [line, line.replace(DOCUMENTED, timeout)])
  const proxy = await startProxy(name, upstreamOf(server), { changes })
  proxies.push(proxy)
  return proxy
}

async function watch(proxy: RunningProxy, headers: Record<string, string>, look = ''): Promise<Viewer[]> {
  const viewers = await Promise.all(
    PROTOCOLS.map((protocol) =>
      openViewer(proxy, `/${newRoom('counter')}.png?v=1${look}`, { protocol, headers }),
    ),
  )
  for (const viewer of viewers) expect(await viewer.until(({ parts }) => parts.length > 0)).toBe(true)
  return viewers
}
