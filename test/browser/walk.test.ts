import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test } from 'vitest'
import type { ImgcastOptions } from '../../src/imgcast/imgcast-interface.ts'
import { eventually } from '../support/eventually.ts'
import { openStream } from '../support/stream-reader.ts'
import { describeWith } from '../support/tools.ts'
import { type Browser, type Engine, launch, type Tab } from './drivers/index.ts'
import { BAR, barOf, Forum, PICTURE, shadeOf } from './support/forum.ts'
import { isColour, untilPixel, untilScreen } from './support/pixels.ts'

const PAGES = 20
const PAUSE = 1500
/** What Chromium holds the connections of a page that was left for, and by far less than what a person waits. */
const BFCACHE = 60_000
const BLANK = 8_000

/** Runs a test with a forum and browsers of its own, so that walks can go on side by side. */
async function withForum(
  pictures: number,
  { sameHost = false, engines = ['chromium'] as Engine[], options = {} as ImgcastOptions },
  run: (forum: Forum, browsers: Browser[]) => Promise<void>,
): Promise<void> {
  const forum = await Forum.start(pictures, sameHost, options)
  const browsers: Browser[] = []
  try {
    for (const engine of engines) browsers.push(await launch(engine))
    await run(forum, browsers)
  } finally {
    for (const browser of browsers) await browser.close()
    await forum.close()
  }
}

async function untilCounts(forum: Forum, counts: { connections?: number; visitors: number }): Promise<void> {
  await eventually(async () => expect(await forum.counts()).toMatchObject(counts), { timeout: 20_000 })
}

describeWith(['chromium'], 'a Chromium reader who walks through a forum', () => {
  test.concurrent.each([
    { pictures: 1, sameHost: false },
    { pictures: 3, sameHost: false },
    { pictures: 1, sameHost: true },
    { pictures: 3, sameHost: true },
  ])('sees every picture of 20 pages, as one visitor: %o', async ({ pictures, sameHost }) => {
    await withForum(pictures, { sameHost }, async (forum, [chromium]) => {
      const tab = await (chromium as Browser).open(forum.topic(1))
      const walked = await walk(tab, forum, pictures)
      const last = performance.now()
      await untilCounts(forum, { connections: pictures, visitors: 1 })
      walked.settling = performance.now() - last
      report(
        `${pictures} a page, ${sameHost ? 'on the pages’ host' : 'on a host of their own'}`,
        walked,
        forum,
      )
      expect(Math.max(...walked.navigations, ...walked.pictures)).toBeLessThan(BFCACHE / 10)
      expect([...walked.visitors]).toEqual([1])
    })
  })

  test.concurrent('keeps the picture of a second tab live, and is still one visitor', async () => {
    await withForum(1, {}, async (forum, [chromium]) => {
      const resting = await (chromium as Browser).open(forum.topic(1))
      await untilShown(resting, 1, 1)
      const tab = await (chromium as Browser).open(forum.topic(1))
      const walked = await walk(tab, forum, 1)
      await untilCounts(forum, { connections: 2, visitors: 1 })
      report('with a second tab', walked, forum)
      expect([...walked.visitors]).toEqual([1])
      // Another visitor shows on the tab that has rested all the time: it was never cut off.
      const guest = await openStream(`${forum.live}/counter/forum.png`)
      await untilShown(resting, 1, 2)
      guest.close()
    })
  })

  test.concurrent('without probing, the picture of one of the pages stays blank', async () => {
    await withForum(1, { options: { probe: 'off' } }, async (forum, [chromium]) => {
      const tab = await (chromium as Browser).open(forum.topic(1))
      await expect(walk(tab, forum, 1, BLANK)).rejects.toThrow(/was not shown/)
      expect(forum.imgcast.stats().probeBytes).toBe(0)
    })
  })
})

describeWith(['chromium', 'firefox'], 'a Firefox reader behind the same address', () => {
  test.concurrent('is another visitor, and its pictures are never cut off', async () => {
    await withForum(3, { engines: ['chromium', 'firefox'] }, async (forum, [chromium, firefox]) => {
      const resting = await (firefox as Browser).open(forum.topic(1))
      await untilShown(resting, 3, 1)
      const tab = await (chromium as Browser).open(forum.topic(1))
      const walked = await walk(tab, forum, 3)
      report('beside a Firefox', walked, forum)
      expect([...walked.visitors]).toEqual([2])
      await untilCounts(forum, { connections: 6, visitors: 2 })
      await (chromium as Browser).kill()
      await untilShown(resting, 3, 1)
    })
  })
})

interface Walked {
  /** Milliseconds from a click to the next page's bar on screen, and from there to its last picture. */
  navigations: number[]
  pictures: number[]
  /** Every number of visitors there was on the way. */
  visitors: Set<number>
  settling?: number
}

async function walk(tab: Tab, forum: Forum, pictures: number, patience?: number): Promise<Walked> {
  const walked: Walked = { navigations: [], pictures: [], visitors: new Set() }
  for (let page = 1; page <= PAGES; page += 1) {
    const start = performance.now()
    if (page > 1) await tab.click('#next')
    // Read from the page, since a screenshot just after a navigation may take Chromium seconds.
    await eventually(async () => expect(await tab.evaluate('document.title')).toBe(`Topic ${page}`), {
      timeout: BFCACHE,
    })
    walked.navigations.push(performance.now() - start)
    await untilPixel(tab, 5, 5, barOf(page), 4)
    const shown = performance.now()
    await untilShown(tab, pictures, undefined, patience)
    walked.pictures.push(performance.now() - shown)
    walked.visitors.add((await forum.counts()).visitors)
    await sleep(PAUSE)
    walked.visitors.add((await forum.counts()).visitors)
  }
  return walked
}

/** Waits until every picture of a page shows a number of visitors: the given one, or any. */
async function untilShown(tab: Tab, pictures: number, visitors?: number, patience?: number): Promise<void> {
  const indexes = Array.from({ length: pictures }, (_, index) => index)
  const numbers = visitors === undefined ? [1, 2, 3] : [visitors]
  await untilScreen(
    tab,
    (screen) =>
      indexes.every((index) => {
        const y = BAR + index * PICTURE.height + 5
        return numbers.some((number) => isColour(screen, [5, y], [number * 10, shadeOf(index), 0], 4))
      }),
    (screen) =>
      `a picture was not shown: ${indexes.map((index) => screen.pixel(5, BAR + index * PICTURE.height + 5))}`,
    patience,
    20,
    { width: PICTURE.width, height: BAR + pictures * PICTURE.height },
  )
}

function report(what: string, { navigations, pictures, settling }: Walked, { imgcast }: Forum): void {
  const slowest = (times: number[]) => `${Math.round(Math.max(...times))} ms`
  const megabytes = (imgcast.stats().probeBytes / 1e6).toFixed(0)
  const settled = settling === undefined ? '' : `, settled ${Math.round(settling)} ms after the last page`
  console.info(
    `walk, ${what}: slowest navigation ${slowest(navigations)}, slowest pictures ${slowest(pictures)}, ` +
      `${megabytes} MB of probes${settled}`,
  )
}
