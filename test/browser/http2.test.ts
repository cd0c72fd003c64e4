import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import { createSecureServer, type Http2SecureServer } from 'node:http2'
import type { AddressInfo } from 'node:net'
import { pino } from 'pino'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Imgcast } from '../../src/imgcast/imgcast-interface.ts'
import { createImgcast } from '../../src/imgcast.ts'
import type { ProxyName } from '../proxies/support/configurations.ts'
import { startProxy } from '../proxies/support/proxy.ts'
import { makeCertificate } from '../support/certificate.ts'
import { eventually } from '../support/eventually.ts'
import { FIXTURE_WIDGETS } from '../support/server.ts'
import { describeWith } from '../support/tools.ts'
import { Site } from './support/site.ts'
import { type Stage, useBrowser } from './support/stage.ts'

const PICTURES = 300
/** More than the streams that a viewer has behind a proxy. */
const PROXIED_PICTURES = 120
/** Caddy serves its site to no other name, and creates a certificate of its own for one that browsers resolve. */
const ANY_HOST = { nginx: [], caddy: [['\nimg.example.com {', '\nhttps:// {']] } satisfies Partial<
  Record<ProxyName, [string, string][]>
>
const PATIENCE = { timeout: 60_000 }

let site: Site
let imgcast: Imgcast
let server: Http2SecureServer
/** What the proxies forward to. */
let plain: Server
let origin: string

beforeAll(async () => {
  site = await Site.start()
  const log = pino({ level: process.env.TEST_LOG ?? 'silent' })
  imgcast = await createImgcast({
    ...{ widgets: FIXTURE_WIDGETS, workers: 1, store: 'memory:', linger: 100, log },
    trustProxy: 'loopback',
  })
  server = createSecureServer({ ...makeCertificate(), allowHTTP1: true })
  imgcast.protect(server)
  server.on('request', imgcast.handler)
  await once(server.listen(0, '127.0.0.1'), 'listening')
  origin = `https://127.0.0.1:${portOf(server)}`
  plain = createServer(imgcast.handler)
  imgcast.protect(plain)
  await once(plain.listen(0, '127.0.0.1'), 'listening')
})
afterAll(async () => {
  server.close()
  plain.close()
  await imgcast.close()
  await site.close()
})

function portOf(server: Server | Http2SecureServer): number {
  return (server.address() as AddressInfo).port
}

/** The tags of different pictures. */
function picturesOf(host: string, count: number): string {
  const tags = Array.from(
    { length: count },
    (_, index) =>
      `<img src="${host}/counter/many.png?count=${index < 256 ? 'visitors' : 'peak'}&amp;shade=${index % 256}" alt="">`,
  )
  return tags.join('')
}

/** Opens a page of pictures: all are shown, `live` of them are streams, and a page of the same host loads. */
async function showAll(stage: Stage, host: string, count: number, live: number): Promise<void> {
  const tab = await stage.open(site.page(picturesOf(host, count)), { wait: 'none' })
  // Of a page that is not parsed yet no picture is blank either.
  const shown = '[...document.images].filter((each) => each.naturalWidth > 0).length'
  await eventually(async () => expect(await tab.evaluate(shown)).toBe(count), PATIENCE)
  await eventually(() => expect(imgcast.stats().connections).toBe(live), PATIENCE)
  await stage.open(`${host}/healthz`, { wait: 'load' })
  await stage.close(tab)
  await eventually(() => expect(imgcast.stats().connections).toBe(0), PATIENCE)
}

describeWith(['chromium', 'firefox'], 'over HTTP/2', () => {
  const chromium = useBrowser('chromium', { insecure: true })
  const firefox = useBrowser('firefox', { insecure: true })

  test.each([
    ['chromium', chromium],
    ['firefox', firefox],
  ] as const)(
    '%s shows all of 300 pictures of a page over one connection, and further pages load',
    async (_, stage) => {
      // Both open six or seven connections before they know that the server speaks HTTP/2, and then use one: the limit
      // of 200 is a connection's, so that each picture on another one would be live too.
      await showAll(stage, origin, PICTURES, 200)
    },
  )

  describeWith(['nginx', 'caddy'], 'to a proxy', () => {
    test.each([
      ['nginx', 'chromium', chromium],
      ['nginx', 'firefox', firefox],
      ['caddy', 'chromium', chromium],
    ] as const)('behind %s the same in %s, 90 of them live', async (proxy, _, stage) => {
      const running = await startProxy(proxy, `127.0.0.1:${portOf(plain)}`, { changes: ANY_HOST[proxy] })
      try {
        await showAll(stage, `https://localhost:${running.port}`, PROXIED_PICTURES, 90)
      } finally {
        await running.stop()
      }
    })
  })
})
