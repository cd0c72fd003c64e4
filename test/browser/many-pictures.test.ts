import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { eventually } from '../support/eventually.ts'
import { startServer, type TestServer } from '../support/server.ts'
import type { Tab } from './drivers/index.ts'
import { untilPixel } from './support/pixels.ts'
import { img, Site } from './support/site.ts'
import { describeEngines, useBrowser } from './support/stage.ts'

const PICTURE = { width: 40, height: 20 }
const PICTURES = 10
/** A navigation that waits for a connection waits for ever. */
const BLOCKED = 30_000

let site: Site
let server: TestServer

beforeAll(async () => {
  site = await Site.start()
})
afterAll(() => site.close())
beforeEach(async () => {
  server = await startServer({ linger: 100 })
})
afterEach(async () => {
  await server.close()
})

/** A page with ten pictures, each of a room of its own. */
function pageOf(name: string): string {
  const pictures = Array.from({ length: PICTURES }, (_, index) =>
    img(`${server.url}/counter/${name}-${index}.png?count=visitors`, PICTURE),
  )
  return site.page(pictures.join(''))
}

async function untilAllShown(tab: Tab): Promise<void> {
  for (let index = 0; index < PICTURES; index += 1)
    await untilPixel(tab, PICTURE.width / 2, index * PICTURE.height + PICTURE.height / 2, [10, 0, 0])
}

describeEngines((engine) => {
  const stage = useBrowser(engine)
  /** Opens a page of the pictures' own host, which needs a connection. */
  const visit = async (path: string, title: RegExp) => {
    const tab = await stage.open(server.url + path, { wait: 'none' })
    await eventually(async () => expect(await tab.evaluate('document.title')).toMatch(title), {
      timeout: BLOCKED,
    })
    return tab
  }

  test('no picture stays blank, and no page of the host hangs, however many are open', async () => {
    // The second tab of a page gets two of its four streams: the others begin once the first tab's have ended.
    for (const name of ['one', 'one', 'two'])
      await untilAllShown(await stage.open(pageOf(name), { wait: 'none' }))
    await eventually(() => expect(server.imgcast.stats().connections).toBe(4))
    const gallery = await visit('/', /Imgcast/i)
    await gallery.evaluate('void window.scrollTo(0, document.documentElement.scrollHeight)')
    await visit('/counter/one-1', /counter/i)
    await visit('/dashboard', /sign in|dashboard/i)
    await eventually(
      async () =>
        expect(
          await gallery.evaluate(
            '[...document.images].filter((each) => { const box = each.getBoundingClientRect(); return box.top < innerHeight && box.bottom > 0 && each.naturalWidth === 0 }).map((each) => each.src)',
          ),
        ).toEqual([]),
      { timeout: BLOCKED },
    )
  })
})
