import type { Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { createFrame } from '../../src/picture/frame.ts'
import { eventually } from '../support/eventually.ts'
import { startServer, type TestServer } from '../support/server.ts'
import { openStream } from '../support/stream-reader.ts'
import type { Tab } from './drivers/index.ts'
import { type Colour, untilFilled, untilPixel } from './support/pixels.ts'
import { img, Site } from './support/site.ts'
import { describeEngines, useBrowser } from './support/stage.ts'

const SIZE = { width: 100, height: 100 }
const HEARTBEAT = 200
/** Each colour of `flip`, by how many watch. */
const red = (watching: number): Colour => [200, 30, watching * 50]
const green = (watching: number): Colour => [30, 200, watching * 50]

let site: Site
let server: TestServer
const sockets = new Set<Socket>()

beforeAll(async () => {
  site = await Site.start()
  server = await startServer({ heartbeat: HEARTBEAT, linger: 100 })
  server.server.on('connection', (socket) => sockets.add(socket))
})
afterEach(async () => {
  // Browsers keep their connections: a test begins without viewers.
  for (const socket of sockets) socket.destroy()
  sockets.clear()
  site.clear()
  await eventually(() => expect(server.imgcast.stats().connections).toBe(0), { timeout: 30_000 })
})
afterAll(async () => {
  await server.close()
  site.close()
})

const sentBytes = () => [...sockets].reduce((sum, socket) => sum + socket.bytesWritten, 0)
const show = (path: string) => site.page(img(`${server.url}${path}`, SIZE))

/** Sees it change its colour, more than once. */
async function expectMoves(tab: Tab, watching: number): Promise<void> {
  for (let turn = 0; turn < 3; turn += 1) {
    await untilFilled(tab, SIZE, red(watching), 2)
    await untilFilled(tab, SIZE, green(watching), 2)
  }
}

describeEngines((engine) => {
  const stage = useBrowser(engine)
  const pages: [page: string, meta: string][] = [
    ['has no such header', ''],
    ['goes along', '<meta name="color-scheme" content="light dark">'],
  ]
  const themedPage = (meta: string) => site.page(meta + img(`${server.url}/themed/main.svg`, SIZE))

  test('an animation that is sent once keeps playing until the picture changes', async () => {
    const tab = await stage.open(show('/flip/loop.png?animate=loop'))
    await expectMoves(tab, 1)
    const before = sentBytes()
    await sleep(HEARTBEAT * 10)
    await expectMoves(tab, 1)
    expect(sentBytes()).toBe(before)

    const other = await openStream(`${server.url}/flip/loop.png?delivery=stream&animate=off`)
    await expectMoves(tab, 2)
    other.close()
    await expectMoves(tab, 1)
  })

  test('an animation keeps playing when heartbeats are sent', async () => {
    const still = await fetch(`${server.url}/flip/loop.png?delivery=still`)
    const bytes = Buffer.from(await still.arrayBuffer())
    const feed = site.feed(createFrame('png', bytes, SIZE.width, SIZE.height, { animated: true }))
    const tab = await stage.open(site.page(img(feed.path, SIZE)))
    for (let beat = 0; beat < 2; beat += 1) {
      await expectMoves(tab, 0)
      await feed.beat()
    }
    await expectMoves(tab, 0)
  })

  test('a viewer of an animation who leaves is no longer counted, although nothing is sent', async () => {
    const tab = await stage.open(show('/flip/leaving.png?animate=loop'))
    await expectMoves(tab, 1)
    await stage.close(tab)
    await eventually(() => expect(server.imgcast.stats().connections).toBe(0), { timeout: 10_000 })
  })

  test('?animate=off shows one frame that stays', async () => {
    const tab = await stage.open(show('/flip/off.png?animate=off'))
    await untilFilled(tab, SIZE, red(1), 2)
    const end = performance.now() + 1500
    while (performance.now() < end)
      expect((await tab.screenshot(SIZE)).pixel(50, 50).slice(0, 2)).toEqual([200, 30])
  })

  test.each(['png?delivery=still', 'gif'])('a still as .%s moves', async (ending) => {
    await expectMoves(await stage.open(show(`/flip/still.${ending}`)), 0)
    expect(server.imgcast.stats().connections).toBe(0)
  })

  test('an SVG is shown, including parts that need pixels', async () => {
    const plain = await stage.open(show('/themed/main.svg'))
    await untilPixel(plain, 50, 50, [255, 255, 128], 2)
    const rubbed = await stage.open(
      site.page(img(`${server.url}/rubbed/main.svg`, SIZE), { background: 'rgb(30, 30, 200)' }),
    )
    await untilPixel(rubbed, 10, 10, [30, 200, 30], 2)
    await untilPixel(rubbed, 50, 50, [30, 30, 200], 2)
  })

  test.each(pages)(
    'with a light setting an SVG shows the drawing for it in a page that %s',
    async (_, meta) => {
      await untilPixel(await stage.open(themedPage(meta)), 50, 50, [255, 255, 128], 2)
    },
  )

  // WebKit's browser here has no dark setting.
  if (engine !== 'webkit')
    describe('with a dark setting', () => {
      const dark = useBrowser(engine, { dark: true })

      test.each(pages)('an SVG shows the drawing for it in a page that %s', async (_, meta) => {
        await untilPixel(await dark.open(themedPage(meta)), 50, 50, [0, 0, 64], 2)
      })
    })
})
