import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { paint } from '../../src/picture/encode.ts'
import type { Format, Frame } from '../../src/picture/frame.ts'
import { plainFrame } from '../support/frames.ts'
import type { Tab } from './drivers/index.ts'
import { type Colour, expectStays, LOSSY, type Point, untilFilled, untilPixel } from './support/pixels.ts'
import { type Feed, img, Site } from './support/site.ts'
import { describeEngines, useBrowser } from './support/stage.ts'

const SIDE = 100
const SIZE = { width: SIDE, height: SIDE }

const MIDDLE: Point = [SIDE / 2, SIDE / 2]

const COLOURS: readonly Colour[] = [
  [200, 30, 30],
  [30, 200, 30],
  [30, 30, 200],
  [200, 200, 30],
  [200, 30, 200],
  [30, 200, 200],
  [120, 60, 0],
  [0, 60, 120],
  [90, 90, 90],
  [240, 140, 60],
]
const [RED, GREEN, BLUE] = COLOURS as [Colour, Colour, Colour]

let site: Site

beforeAll(async () => {
  site = await Site.start()
})
afterEach(() => site.clear())
afterAll(() => site.close())

const frameOf = (colour: Colour, format: Format, size = SIZE): Frame =>
  plainFrame(`rgb(${colour})`, { format, ...size })
const toleranceOf = (format: Format): number => (format === 'png' ? 0 : LOSSY)

describeEngines((engine) => {
  describe('a live picture', () => {
    const stage = useBrowser(engine)

    describe.each([
      ['same-origin', () => ''],
      ['cross-origin', () => site.elsewhere],
    ])('%s', (_, base) => {
      test.each<Format>(['png', 'jpeg', 'webp'])(
        '%s: each frame is on screen before the next one is sent',
        async (format) => {
          const feed = site.feed(frameOf(RED, format))
          const tab = await stage.open(site.page(img(base() + feed.path, SIZE)))
          await showOneByOne(tab, feed, format)
        },
      )

      test('a first frame of under 512 bytes that then stays quiet is shown', async () => {
        const first = frameOf(GREEN, 'png', { width: 20, height: 20 })
        expect(first.bytes.length).toBeLessThan(512)
        const feed = site.feed(first)
        const tab = await stage.open(site.page(img(base() + feed.path, SIZE)))
        await untilFilled(tab, SIZE, GREEN)
      })
    })

    test.each<Format>(['png', 'webp'])(
      '%s: a frame replaces the last one whole, alpha included',
      async (format) => {
        const feed = site.feed(frameOf(GREEN, format))
        const tab = await stage.open(site.page(img(feed.path, SIZE), { background: `rgb(${BLUE})` }))
        await untilPixel(tab, 20, 50, GREEN, toleranceOf(format))
        // Half transparent on the left, nothing at all on the right.
        feed.show(
          paint({ ...SIZE, scale: 1, format, quality: 85 }, (ctx) => {
            ctx.fillStyle = 'rgba(200, 30, 30, 0.5)'
            ctx.fillRect(0, 0, SIDE / 2, SIDE)
          }),
        )
        await untilPixel(tab, 20, 50, [115, 30, 115], LOSSY)
        await untilPixel(tab, 80, 50, BLUE, LOSSY)
      },
    )

    test.each<Format>(['png', 'jpeg', 'webp'])(
      '%s: a frame of another size is laid out again',
      async (format) => {
        const tolerance = toleranceOf(format)
        const small = { width: 60, height: 40 }
        const large = { width: 120, height: 90 }
        const feed = site.feed(frameOf(RED, format, small))
        const tab = await stage.open(site.page(img(feed.path)))
        await untilPixel(tab, 58, 38, RED, tolerance)
        await untilPixel(tab, 118, 88, [255, 255, 255])
        feed.show(frameOf(GREEN, format, large))
        await untilPixel(tab, 118, 88, GREEN, tolerance)
        await untilPixel(tab, 20, 20, GREEN, tolerance)
        feed.show(frameOf(BLUE, format, large))
        await untilPixel(tab, 118, 88, BLUE, tolerance)
        feed.show(frameOf(RED, format, small))
        await untilPixel(tab, 118, 88, [255, 255, 255])
        await untilPixel(tab, 58, 38, RED, tolerance)
      },
    )

    test.each<Format>(['png', 'jpeg', 'webp'])(
      '%s: a heartbeat changes nothing on screen',
      async (format) => {
        const tolerance = toleranceOf(format)
        const feed = site.feed(frameOf(RED, format))
        const tab = await stage.open(site.page(img(feed.path, SIZE)))
        await untilFilled(tab, SIZE, RED, tolerance)
        await feed.beat()
        await expectStays(tab, MIDDLE, RED, { tolerance, duration: 150 })
        for (const colour of [GREEN, BLUE]) {
          feed.show(frameOf(colour, format))
          await untilFilled(tab, SIZE, colour, tolerance)
          for (let beat = 0; beat < 3; beat += 1) await feed.beat()
          await expectStays(tab, MIDDLE, colour, { tolerance, duration: 150 })
        }
      },
    )

    test.each<Format>(['png', 'jpeg', 'webp'])('%s: a clean end keeps the last frame', async (format) => {
      const tolerance = toleranceOf(format)
      const feed = site.feed(frameOf(RED, format))
      const tab = await stage.open(site.page(img(feed.path, SIZE)))
      await untilFilled(tab, SIZE, RED, tolerance)
      feed.show(frameOf(GREEN, format))
      await untilFilled(tab, SIZE, GREEN, tolerance)
      await feed.end()
      await expectStays(tab, MIDDLE, GREEN, { tolerance, duration: 600 })
    })

    test('a clean end right after the first frame keeps it', async () => {
      const feed = site.feed(frameOf(RED, 'png'))
      const tab = await stage.open(site.page(img(feed.path, SIZE)))
      await untilFilled(tab, SIZE, RED)
      await feed.end()
      await expectStays(tab, MIDDLE, RED, { duration: 600 })
    })
  })

  describe('a live picture with JavaScript off', () => {
    const stage = useBrowser(engine, { javascript: false })

    test.each<Format>(['png', 'jpeg'])(
      '%s: each frame is on screen before the next one is sent',
      async (format) => {
        const feed = site.feed(frameOf(RED, format))
        const page = `${img(site.elsewhere + feed.path, SIZE)}<script>document.body.textContent = ''</script>`
        const tab: Tab = await stage.open(site.page(page))
        await showOneByOne(tab, feed, format)
      },
    )
  })
})

/** Ten frames, each sent only when the one before it was seen, on one connection. */
async function showOneByOne(tab: Tab, feed: Feed, format: Format): Promise<void> {
  for (const colour of COLOURS) {
    if (colour !== COLOURS[0]) feed.show(frameOf(colour, format))
    await untilFilled(tab, SIZE, colour, toleranceOf(format))
  }
  expect(feed.requests).toBe(1)
}
