import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { plainFrame } from '../support/frames.ts'
import type { Tab } from './drivers/index.ts'
import { type Colour, expectStays, untilFilled, untilScreen } from './support/pixels.ts'
import { img, Site } from './support/site.ts'
import { describeEngines, useBrowser } from './support/stage.ts'

// What goes wrong where a stream does not do as ours do: each of these is a reason for one of its peculiarities,
// and shows that the tests of frames and shutdowns are able to fail.

const SIZE = { width: 100, height: 100 }
const RED: Colour = [200, 30, 30]
const GREEN: Colour = [30, 200, 30]
const WHITE: Colour = [255, 255, 255]
const MIDDLE = [50, 50] as const

const frameOf = (colour: Colour) => plainFrame(`rgb(${colour})`, SIZE)

let site: Site

beforeAll(async () => {
  site = await Site.start()
})
afterEach(() => site.clear())
afterAll(() => site.close())

describeEngines((engine) => {
  const stage = useBrowser(engine)

  test('without the head in advance Chromium and WebKit are one frame behind', async () => {
    const feed = site.feed(frameOf(RED), { framing: 'machine' })
    const tab = await stage.open(site.page(img(feed.path, SIZE)))
    await site.untilRequested(feed.path)
    if (engine === 'firefox') {
      await untilFilled(tab, SIZE, RED)
      return
    }
    await expectStays(tab, MIDDLE, WHITE)
    feed.show(frameOf(GREEN))
    await untilFilled(tab, SIZE, RED)
    await expectStays(tab, MIDDLE, RED)
    feed.show(frameOf(RED))
    await untilFilled(tab, SIZE, GREEN)
  })

  test('without a preamble, Chromium and WebKit buffer a small first frame of another origin', async () => {
    const head = '\r\n--b\r\nContent-Type: image/png\r\n\r\n'
    const { bytes } = plainFrame(`rgb(${RED})`, { width: 20, height: 20 })
    expect(head.length * 2 + bytes.length).toBeLessThan(512)
    const path = site.answer((_, response) => {
      response.writeHead(200, {
        'Content-Type': 'multipart/x-mixed-replace; boundary=b',
        Connection: 'close',
      })
      response.write(Buffer.concat([Buffer.from(head), bytes, Buffer.from(head)]))
    })
    const tab = await stage.open(site.page(img(site.elsewhere + path, SIZE)))
    await site.untilRequested(path)
    if (engine === 'firefox') await untilFilled(tab, SIZE, RED)
    else await expectStays(tab, MIDDLE, WHITE)
  })

  test('a stream that is cut off, its next part not begun, is lost in WebKit', async () => {
    const feed = site.feed(frameOf(RED), { eager: false })
    const tab = await stage.open(site.page(img(feed.path, SIZE)))
    await untilFilled(tab, SIZE, RED)
    await feed.cut()
    if (engine === 'webkit') await untilLost(tab)
    else await expectStays(tab, MIDDLE, RED)
  })

  test('a stream that is cut off with its next part begun is lost in Chromium and WebKit', async () => {
    const feed = site.feed(frameOf(RED), { eager: true })
    const tab = await stage.open(site.page(img(feed.path, SIZE)))
    await untilFilled(tab, SIZE, RED)
    await feed.cut()
    if (engine === 'firefox') await expectStays(tab, MIDDLE, RED)
    else await untilLost(tab)
  })
})

async function untilLost(tab: Tab): Promise<void> {
  await untilScreen(
    tab,
    (screen) =>
      screen
        .pixel(...MIDDLE)
        .slice(0, 3)
        .join() !== RED.join(),
    () => 'the picture was still there',
    30_000,
    20,
    SIZE,
  )
}
