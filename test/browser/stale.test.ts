import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { eventually } from '../support/eventually.ts'
import { plainFrame } from '../support/frames.ts'
import { expectStays, type Point, untilPixel, untilScreen } from './support/pixels.ts'
import { img, Site } from './support/site.ts'
import { describeEngines, useBrowser } from './support/stage.ts'

const SIZE = { width: 100, height: 40 }
/** In the picture, and in the mark's background: at the right, without a letter. */
const PICTURE: Point = [5, 5]
const MARK: Point = [95, 35]
const RED = [255, 0, 0] as const
const BLUE = [0, 0, 255] as const
const DELAY = 3_000

const red = plainFrame('red', SIZE)
const blue = plainFrame('blue', SIZE)

let site: Site

beforeAll(async () => {
  site = await Site.start()
})
afterEach(() => site.clear())
afterAll(() => site.close())

describeEngines((engine) => {
  const stage = useBrowser(engine)
  const open = async (first = red) => {
    const feed = site.feed(first, { stale: DELAY })
    const tab = await stage.open(site.page(img(feed.path, SIZE)))
    return { feed, tab }
  }
  type Opened = Awaited<ReturnType<typeof open>>
  const untilMarked = ({ tab }: Opened, [r, g, b]: readonly [number, number, number]) =>
    untilScreen(
      tab,
      (screen) => {
        const [red, green, blue] = screen.pixel(...MARK)
        const isDark = red < 90 && green < 90 && blue < 90
        return (
          isDark &&
          screen
            .pixel(...PICTURE)
            .slice(0, 3)
            .join() === [r, g, b].join()
        )
      },
      (screen) => `no mark, but ${screen.pixel(...MARK)} on ${screen.pixel(...PICTURE)}`,
      30_000,
      100,
      SIZE,
    )

  test('a picture marks itself once nothing comes any more, and is live again with the next part', async () => {
    const opened = await open()
    await untilPixel(opened.tab, ...MARK, RED)
    await untilMarked(opened, RED)
    opened.feed.show(blue)
    await untilPixel(opened.tab, ...MARK, BLUE)
    await untilMarked(opened, BLUE)
    // The same picture again.
    await opened.feed.beat()
    await untilPixel(opened.tab, ...MARK, BLUE)
  })

  test('a picture that is sent again in time is never marked', async () => {
    const { feed, tab } = await open()
    await untilPixel(tab, ...MARK, RED)
    for (let turn = 0; turn < 6; turn += 1) {
      await feed.beat()
      await expectStays(tab, MARK, RED, { duration: DELAY / 4 })
    }
  })

  test('a picture whose server has stopped marks itself', async () => {
    const opened = await open()
    await untilPixel(opened.tab, ...MARK, RED)
    await opened.feed.end()
    await untilMarked(opened, RED)
  })

  // WebKit shows its broken icon for any stream that is cut.
  if (engine !== 'webkit')
    test('a picture whose server is gone without a word marks itself', async () => {
      const opened = await open()
      await untilPixel(opened.tab, ...MARK, RED)
      await opened.feed.cut()
      await untilMarked(opened, RED)
    })

  test('a picture that the Back button shows again is live, or marks itself', async () => {
    const opened = await open()
    const { feed, tab } = opened
    await untilPixel(tab, ...MARK, RED)
    await tab.goto(site.page('another page'), { wait: 'load' })
    await tab.back()
    // Chromium keeps the connection, Firefox opens another, and WebKit has none.
    if (engine === 'webkit') return void (await untilMarked(opened, RED))
    await untilPixel(tab, ...MARK, RED)
    await eventually(() => expect(feed.requests).toBe(engine === 'firefox' ? 2 : 1))
    feed.show(blue)
    await untilPixel(tab, ...MARK, BLUE)
  })

  test('a picture in a background tab is live when the tab is shown again', async () => {
    const { feed, tab } = await open()
    await untilPixel(tab, ...MARK, RED)
    const other = await stage.open(site.page('another tab'))
    const beats = setInterval(() => void feed.beat().catch(() => {}), DELAY / 4)
    await sleep(DELAY * 1.5)
    await stage.close(other)
    await untilPixel(tab, ...MARK, RED)
    clearInterval(beats)
  })
})
