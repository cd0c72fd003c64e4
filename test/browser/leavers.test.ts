import type { Socket } from 'node:net'
import { loadImage } from '@napi-rs/canvas'
import { afterAll, afterEach, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { eventually } from '../support/eventually.ts'
import { pixelOf } from '../support/pixels.ts'
import { startServer, type TestServer } from '../support/server.ts'
import { openStream, type RawStream } from '../support/stream-reader.ts'
import { type Browser, type Engine, launch, type Tab } from './drivers/index.ts'
import { untilFilled } from './support/pixels.ts'
import { img, Site } from './support/site.ts'
import { describeEngines } from './support/stage.ts'

const COUNTER = { width: 40, height: 20 }
const HEARTBEAT = 1000
/** How long a stream that stays is watched staying: well over a heartbeat and a second. */
const WATCH = 3000

let site: Site
let server: TestServer
let rooms = 0
const sockets = new Set<Socket>()

beforeAll(async () => {
  site = await Site.start()
  server = await startServer({ heartbeat: HEARTBEAT, linger: 100 })
  server.server.on('connection', (socket) => sockets.add(socket))
})
afterEach(async () => {
  // Browsers keep connections of pages that were left: a test begins without viewers.
  for (const socket of sockets) socket.destroy()
  sockets.clear()
  await eventually(() => expect(server.imgcast.stats().connections).toBe(0))
})
afterAll(async () => {
  await server.close()
  site.close()
})

/** A room that was never watched. */
function newRoom(): string {
  rooms += 1
  return `counter/room-${rooms}`
}

interface Way {
  way: string
  go(tab: Tab, browser: Browser): Promise<unknown>
  /** Streams that are open afterwards, of the one there was; of a page that shows the picture again it is one. */
  after: number
  /** Engines that keep the stream open while it is hidden, and the event that ends it. */
  stays?: Engine[]
}

const away = () => `${site.elsewhere}/nothing`
const WAYS: Way[] = [
  { way: 'closes the tab', go: (tab) => tab.close(), after: 0 },
  { way: 'reloads the page', go: (tab) => tab.reload(), after: 1 },
  { way: 'goes to another site', go: (tab) => tab.goto(away()), after: 0, stays: ['chromium'] },
  {
    way: 'takes away `src`',
    go: (tab) => change(tab, "removeAttribute('src')"),
    after: 0,
    stays: ['webkit'],
  },
  {
    way: 'takes the img out of the page',
    go: (tab) => change(tab, 'remove()'),
    after: 0,
    stays: ['chromium', 'firefox', 'webkit'],
  },
  { way: 'kills the browser', go: (_, browser) => browser.kill(), after: 0 },
]

describeEngines((engine) => {
  // One for all the tests; killing it comes last.
  let browser: Browser
  beforeAll(async () => {
    browser = await launch(engine)
    // WebKit's driver holds on to a session by its tab: another one stays open beside it.
    if (engine === 'webkit') await browser.open('about:blank')
  })
  afterAll(async () => {
    await browser.close()
  })

  test('ten page views in a row by one reader are one visitor at every moment', async () => {
    const seen = new Set<number>()
    const room = newRoom()
    const page = (view: number) =>
      site.page(img(`${server.url}/${room}.png?count=visitors&view=${view}`, COUNTER))
    const tab = await browser.open(page(0))
    for (let view = 1; view <= 10; view += 1) {
      await untilFilled(tab, COUNTER, [10, 0, 0], 4)
      seen.add((await counts(room)).visitors)
      await tab.goto(page(view))
    }
    await untilFilled(tab, COUNTER, [10, 0, 0], 4)
    await tab.close()
    expect([...seen]).toEqual([1])
  })

  describe('a viewer who', () => {
    test.each(WAYS)('$way', async ({ way, go, after, stays = [] }) => {
      const url = `${server.url}/${newRoom()}.png?count=connections`
      const tab = await browser.open(site.page(img(url, COUNTER)))
      onTestFinished(async () => {
        // Some are closed already, or their browser is.
        await tab.close().catch(() => {})
      })
      await untilFilled(tab, COUNTER, [10, 0, 0], 4)
      const observer = await openStream(url)
      await eventually(async () => expect(await shownTo(observer)).toBe(2))
      const start = performance.now()
      await go(tab, browser)
      if (stays.includes(engine)) {
        await new Promise((resolve) => setTimeout(resolve, WATCH))
        expect(await shownTo(observer)).toBe(2)
        observer.close()
        return
      }
      await eventually(async () => expect(await shownTo(observer)).toBe(after + 1), { interval: 5 })
      observer.close()
      console.info(
        `${engine}: a viewer who ${way} is counted right after ${Math.round(performance.now() - start)} ms`,
      )
    })
  })
})

/** The number of connections on the newest picture that another viewer has been sent. */
async function shownTo({ parts }: RawStream): Promise<number> {
  const [red] = pixelOf(await loadImage(parts.at(-1)?.body as Buffer))
  return red / 10
}

async function counts(room: string): Promise<{ connections: number; visitors: number }> {
  const response = await fetch(`${server.url}/${room}.json`, { headers: { Connection: 'close' } })
  return (await response.json()) as { connections: number; visitors: number }
}

function change(tab: Tab, call: string): Promise<unknown> {
  return tab.evaluate(`void document.querySelector('img').${call}`)
}
