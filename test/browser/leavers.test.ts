import { loadImage } from '@napi-rs/canvas'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
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

beforeAll(async () => {
  site = await Site.start()
})
afterAll(() => site.close())
beforeEach(async () => {
  server = await startServer({ heartbeat: HEARTBEAT, linger: 100 })
})
afterEach(() => server.close())

interface Way {
  way: string
  go(tab: Tab, browser: Browser): Promise<unknown>
  /** Streams that are open afterwards, of the one there was; of a page that shows the picture again it is one. */
  after: number
  /** Engines that keep the stream open although nobody looks, with what ends it. */
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
  let browser: Browser
  beforeEach(async () => {
    browser = await launch(engine)
  })
  afterEach(async () => {
    await browser.close()
  })

  describe('a viewer who', () => {
    test.each(WAYS)('$way', async ({ way, go, after, stays = [] }) => {
      // WebKit's driver holds on to a session by its tab: another one stays open beside it.
      if (engine === 'webkit') await browser.open('about:blank')
      const tab = await browser.open(
        site.page(img(`${server.url}/counter/leave.png?count=connections`, COUNTER)),
      )
      await untilFilled(tab, COUNTER, [10, 0, 0], 4)
      const observer = await openStream(`${server.url}/counter/leave.png?count=connections`)
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

  test('ten page views in a row by one reader are one visitor at every moment', async () => {
    const seen = new Set<number>()
    const page = (view: number) =>
      site.page(img(`${server.url}/counter/views.png?count=visitors&view=${view}`, COUNTER))
    const tab = await browser.open(page(0))
    for (let view = 1; view <= 10; view += 1) {
      await untilFilled(tab, COUNTER, [10, 0, 0], 4)
      seen.add((await counts('views')).visitors)
      await tab.goto(page(view))
    }
    await untilFilled(tab, COUNTER, [10, 0, 0], 4)
    expect([...seen]).toEqual([1])
  })
})

/** The number of connections on the newest picture that another viewer has been sent. */
async function shownTo({ parts }: RawStream): Promise<number> {
  const [red] = pixelOf(await loadImage(parts.at(-1)?.body as Buffer))
  return red / 10
}

async function counts(key: string): Promise<{ connections: number; visitors: number }> {
  const response = await fetch(`${server.url}/counter/${key}.json`, { headers: { Connection: 'close' } })
  return (await response.json()) as { connections: number; visitors: number }
}

function change(tab: Tab, call: string): Promise<unknown> {
  return tab.evaluate(`void document.querySelector('img').${call}`)
}
