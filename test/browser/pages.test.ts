import { readdirSync } from 'node:fs'
import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import express from 'express'
import { pino } from 'pino'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Imgcast } from '../../src/imgcast/imgcast-interface.ts'
import { createImgcast } from '../../src/imgcast.ts'
import { eventually } from '../support/eventually.ts'
import { openStream } from '../support/stream-reader.ts'
import type { Screen, Tab } from './drivers/index.ts'
import { NARROW, narrowWindow } from './support/narrow.ts'
import { type Box, untilScreen } from './support/pixels.ts'
import { describeEngines, useBrowser } from './support/stage.ts'

const PAGES = ['/', '/sine/demo', '/status/demo', '/grid/demo', '/nothing/here']

/** How many widgets are built in. */
const WIDGETS = readdirSync(new URL('../../widgets/', import.meta.url)).length

let imgcast: Imgcast
let server: Server
let url: string

beforeAll(async () => {
  imgcast = await createImgcast({ workers: 1, store: 'memory:', log: pino({ level: 'silent' }), linger: 100 })
  const app = express()
  app.get('/narrow', narrowWindow)
  // A screen that is as dense as its only choice: whatever the test's own screen is, that one is taken.
  app.get('/dense', ({ query }, response) => {
    response
      .type('html')
      .send(`<!doctype html><body style="margin:0"><img srcset="${query.picture}?scale=2 2x" alt="dense">`)
  })
  app.use(imgcast.router)
  // The error pages of paths that would be a host app's.
  app.use((request, response) => imgcast.handler(request, response))
  server = app.listen(0, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
})
afterAll(async () => {
  server.close()
  await imgcast.close()
  server.closeAllConnections()
})

describeEngines((engine) => {
  describe('the pages', () => {
    const stage = useBrowser(engine)

    test('the gallery shows every widget, three of them live', async () => {
      const tab = await stage.open(url)
      const count = WIDGETS
      await untilImages(tab, count)
      for (let index = 0; index < count; index += 1) {
        const image = `document.images[${index}]`
        // The words in place of a picture have colours too.
        await eventually(async () => {
          await scrollTo(tab, image)
          expect(await tab.evaluate<number>(`${image}.naturalWidth`)).toBeGreaterThan(0)
        })
        await untilShown(
          tab,
          image,
          (screen, box) => coloursIn(screen, box) > 2,
          `picture ${index} of the gallery was not drawn`,
        )
      }
      await eventually(() => expect(imgcast.stats().connections).toBe(3))
      await expectCountsVisitors(tab)
    })

    test.each(PAGES)(
      '%s: every picture has a text, and nothing scrolls sideways on a telephone',
      async (path) => {
        const tab = await stage.open(`${url}/narrow?page=${path}`)
        const page = 'document.querySelector("iframe").contentDocument'
        await eventually(async () => {
          const title = await tab.evaluate<string>(`${page}?.querySelector("h1")?.textContent ?? ""`)
          expect(title).not.toBe('')
        })
        // Everything is unfolded, so that hidden parts count too.
        await tab.evaluate(`void ${page}.querySelectorAll("details").forEach((each) => { each.open = true })`)
        expect(await tab.evaluate(`${page}.documentElement.clientWidth`)).toBeLessThanOrEqual(NARROW)
        expect(
          await tab.evaluate(`${page}.documentElement.scrollWidth - ${page}.documentElement.clientWidth`),
        ).toBe(0)
        // The address in a snippet of HTML is whole, and not cut off at the edge.
        const isCut = '(each) => each.scrollWidth > each.clientWidth'
        expect(await tab.evaluate(`[...${page}.querySelectorAll('.wraps')].filter(${isCut}).length`)).toBe(0)
        expect(await tab.evaluate(`[...${page}.images].filter((each) => !each.alt.trim()).length`)).toBe(0)
      },
    )

    test('a picture without a size in the tag has the right size on a dense screen, and is drawn', async () => {
      const still = await fetch(`${url}/status/dense.png?delivery=still`)
      // The offset of a PNG's width.
      const width = Buffer.from(await still.arrayBuffer()).readUInt32BE(16)
      for (const page of ['/dense?picture=/status/dense.png', '/status/dense']) {
        const tab = await stage.open(url + page)
        await untilImages(tab)
        await eventually(async () => {
          const shown = await tab.evaluate<Box>('document.images[0].getBoundingClientRect().toJSON()')
          expect(shown.width).toBe(width)
        })
        await untilSettled(tab, 'document.images[0]')
        const source = await tab.evaluate<string>('document.images[0].currentSrc')
        expect(source.includes('scale=2')).toBe(page.startsWith('/dense'))
      }
    })

    test('the keyboard reaches the content, the links and the snippets', async () => {
      const tab = await stage.open(`${url}/online/demo`)
      await untilImages(tab)
      const reached = new Set<string>()
      await eventually(
        async () => {
          await tab.press('Tab')
          reached.add(
            await tab.evaluate<string>(
              '((e) => [e.tagName, e.className || e.name || e.textContent.trim()].join(" "))(document.activeElement)',
            ),
          )
          expect([...reached].join(', ')).toMatch(/A skip.*A mark.*INPUT label.*BUTTON.*A JPEG.*PRE /)
        },
        { timeout: 30_000 },
      )
    })

    test('a picture’s page shows it, and the next visitor on it', async () => {
      const tab = await stage.open(`${url}/online/demo`)
      await expectCountsVisitors(tab)
    })

    test('one finds from the gallery to a picture and back', async () => {
      const tab = await stage.open(url)
      await untilImages(tab)
      await tab.click('a.name[href="/traffic-light/main"]')
      await eventually(async () =>
        expect(await tab.evaluate('location.pathname')).toBe('/traffic-light/main'),
      )
      await expectLightChanges(tab)
      await tab.click('header a')
      await eventually(async () => expect(await tab.evaluate('location.pathname')).toBe('/'))
      await expectCountsVisitors(tab)
    })
  })

  describe('the pages with JavaScript off', () => {
    const stage = useBrowser(engine, { javascript: false })

    test('the pictures of the gallery and of a picture’s page are live', async () => {
      const tab = await stage.open(url)
      await untilImages(tab, WIDGETS)
      await expectCountsVisitors(tab)
      await tab.goto(`${url}/sine/main`)
      await expectWaveRuns(tab)
    })
  })
})

/** Waits until a page is there with its pictures. */
async function untilImages(tab: Tab, least = 1): Promise<void> {
  await eventually(async () => {
    expect(await tab.evaluate<number>('document.images.length')).toBeGreaterThanOrEqual(least)
  })
}

/** Scrolls to an element and returns its new position. */
async function scrollTo(tab: Tab, element: string): Promise<Box> {
  const box = await tab.evaluate<Box | undefined>(
    `((e) => { e?.scrollIntoView({ block: 'center', behavior: 'instant' }); return e?.getBoundingClientRect().toJSON() })(${element})`,
  )
  if (!box) throw new Error(`there is no ${element}`)
  return box
}

/** How many colours there are in a part of the screen, as far as a few rows of it show. */
function coloursIn(screen: Screen, { x, y, width, height }: Box): number {
  const colours = new Set<string>()
  for (let row = 1; row < 20; row += 1) {
    for (let column = 1; column < width - 1; column += 1) {
      const at = [Math.floor(x + column), Math.floor(y + (height * row) / 20)] as const
      if (at[1] >= 0 && at[1] < screen.height && at[0] < screen.width) colours.add(screen.pixel(...at).join())
    }
  }
  return colours.size
}

/** Sees the blue below the sine wave come, go and come again. */
async function expectWaveRuns(tab: Tab): Promise<void> {
  const find = 'document.querySelector(\'img[src*="/sine/"]\')'
  await eventually(async () => expect(await tab.evaluate(`${find} !== null`)).toBe(true))
  for (const inside of [true, false, true]) {
    await untilShown(
      tab,
      find,
      (screen, { x, y, width, height }) => {
        // Between the crest and the middle: in the wave for less than half of the time.
        const [red, , blue] = screen.pixel(Math.round(x + width / 2), Math.round(y + height * 0.35))
        return inside === blue - red > 25
      },
      `the wave was ${inside ? 'never' : 'always'} there`,
    )
  }
}

/** Waits until a picture looks right, wherever those above it, which come without a size, push it to. */
async function untilShown(
  tab: Tab,
  element: string,
  isRight: (screen: Screen, box: Box) => boolean,
  failure: string,
): Promise<void> {
  await eventually(
    async () => {
      const box = await scrollTo(tab, element)
      expect(isRight(await tab.screenshot(), box), failure).toBe(true)
    },
    { timeout: 30_000 },
  )
}

/** Sees the red light of the traffic light lit, dark and lit again. */
async function expectLightChanges(tab: Tab): Promise<void> {
  const find = 'document.querySelector(\'img[src*="/traffic-light/"]\')'
  await eventually(async () => expect(await tab.evaluate(`${find} !== null`)).toBe(true))
  const { x, y, width } = await scrollTo(tab, find)
  // Drawn as 60 wide, the red lamp in the middle of its upper third; off its core, which is white.
  const at = [Math.round(x + width / 2), Math.round(y + (44 * width) / 60)] as const
  for (const lit of [true, false, true]) {
    await untilScreen(
      tab,
      (screen) => {
        const [red, green] = screen.pixel(...at)
        return lit ? red > 220 && green < 120 : red < 130
      },
      (screen) => `the red light was not ${lit ? 'lit' : 'dark'} but ${screen.pixel(...at)}`,
    )
  }
}

/** Sees the first picture of a page, a counter, drawn, and drawn otherwise when somebody else comes. */
async function expectCountsVisitors(tab: Tab): Promise<void> {
  const find = 'document.images[0]'
  await eventually(async () => expect(await tab.evaluate(`${find}?.src.includes('/online/')`)).toBe(true))
  const alone = await untilSettled(tab, find)
  const path = await tab.evaluate<string>(`${find}.getAttribute('src')`)
  const other = await openStream(url + path, { headers: { 'Accept-Language': 'x-other' } })
  try {
    await untilDiffers(tab, alone, 'the other visitor did not show')
    const both = await untilSettled(tab, find)
    other.close()
    await untilDiffers(tab, both, 'the other visitor never left')
  } finally {
    other.close()
  }
}

/** A picture of a page, and where it was on the screen. */
interface Sight {
  screen: Screen
  box: Box
}

async function untilDiffers(tab: Tab, { screen: before, box }: Sight, failure: string): Promise<void> {
  await untilScreen(
    tab,
    (screen) => differ(screen, before, box),
    () => failure,
  )
}

/**
 * Waits until a picture is drawn where it stays, and no longer the placeholder that comes before a slow first drawing.
 * Before its first bytes it has another size, and its alternative text in its place.
 */
async function untilSettled(tab: Tab, element: string): Promise<Sight> {
  let before: Sight | undefined
  let settled: Sight | undefined
  await eventually(
    async () => {
      const box = await scrollTo(tab, element)
      const screen = await tab.screenshot()
      const last = before
      before = { screen, box }
      expect(await tab.evaluate<number>(`${element}.naturalWidth`)).toBeGreaterThan(0)
      expect(last?.box, 'the picture moves').toEqual(box)
      expect(last && !differ(screen, last.screen, box) && coloursIn(screen, box) > 2, 'not drawn').toBe(true)
      settled = before
    },
    { timeout: 30_000, interval: 400 },
  )
  return settled as Sight
}

function differ(one: Screen, other: Screen, { x, y, width, height }: Box): boolean {
  for (let row = 0; row < height; row += 1) {
    for (let column = 0; column < width; column += 1) {
      const at = [Math.floor(x + column), Math.floor(y + row)] as const
      const [red, green, blue] = one.pixel(...at)
      const [otherRed, otherGreen, otherBlue] = other.pixel(...at)
      if (red !== otherRed || green !== otherGreen || blue !== otherBlue) return true
    }
  }
  return false
}
