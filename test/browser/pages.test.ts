import { readdirSync } from 'node:fs'
import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import express from 'express'
import { pino } from 'pino'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createImgcast, type Imgcast } from '../../src/imgcast.ts'
import { eventually } from '../support/eventually.ts'
import { openStream } from '../support/stream-reader.ts'
import type { Screen, Tab } from './drivers/index.ts'
import { untilScreen } from './support/pixels.ts'
import { describeEngines, useBrowser } from './support/stage.ts'

/** The width of a common telephone, in CSS pixels. */
const NARROW = 390
const PAGES = ['/', '/sine/demo', '/status/demo', '/nothing/here']

/** How many widgets are built in. */
const WIDGETS = readdirSync(new URL('../../widgets/', import.meta.url)).length

/** A rectangle of the viewport. */
interface Box {
  x: number
  y: number
  width: number
  height: number
}

let imgcast: Imgcast
let server: Server
let url: string

beforeAll(async () => {
  imgcast = await createImgcast({ workers: 1, store: 'memory:', log: pino({ level: 'silent' }), linger: 100 })
  const app = express()
  // A window as narrow as a telephone's, of the pages' own origin so that a test may look inside.
  app.get('/narrow', ({ query }, response) => {
    const style = `width:${NARROW}px;height:600px;border:0`
    response
      .type('html')
      .send(`<!doctype html><body style="margin:0"><iframe src="${query.page}" style="${style}">`)
  })
  app.use(imgcast.router)
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

    test('the gallery shows every widget, as many live as a browser has connections for', async () => {
      const tab = await stage.open(url)
      const count = WIDGETS
      await untilImages(tab, count)
      for (let index = 0; index < count; index += 1) {
        const box = await scrollTo(tab, `document.images[${index}]`)
        await untilScreen(
          tab,
          (screen) => coloursIn(screen, box) > 2,
          () => `picture ${index} of the gallery was not drawn`,
        )
      }
      await eventually(() => expect(imgcast.census().connections).toBe(Math.min(count, 5)))
      await expectWaveRuns(tab)
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
        // Nothing is folded up, so that what is inside counts too.
        await tab.evaluate(`void ${page}.querySelectorAll("details").forEach((each) => { each.open = true })`)
        expect(await tab.evaluate(`${page}.documentElement.clientWidth`)).toBeLessThanOrEqual(NARROW)
        expect(
          await tab.evaluate(`${page}.documentElement.scrollWidth - ${page}.documentElement.clientWidth`),
        ).toBe(0)
        expect(await tab.evaluate(`[...${page}.images].filter((each) => !each.alt.trim()).length`)).toBe(0)
      },
    )

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
      await expectWaveRuns(tab)
    })
  })

  describe('the pages with JavaScript off', () => {
    const stage = useBrowser(engine, { javascript: false })

    test('the pictures of the gallery and of a picture’s page are live', async () => {
      const tab = await stage.open(url)
      await untilImages(tab, WIDGETS)
      await expectWaveRuns(tab)
      await tab.goto(`${url}/online/other`)
      await expectCountsVisitors(tab)
    })
  })
})

/** Waits until a page is there with its pictures. */
async function untilImages(tab: Tab, least = 1): Promise<void> {
  await eventually(async () => {
    expect(await tab.evaluate<number>('document.images.length')).toBeGreaterThanOrEqual(least)
  })
}

/** Scrolls to an element and answers where it is then. */
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
  const { x, y, width, height } = await scrollTo(tab, find)
  // Between the crest and the middle: in the wave for less than half of the time.
  const at = [Math.round(x + width / 2), Math.round(y + height * 0.35)] as const
  for (const inside of [true, false, true]) {
    await untilScreen(
      tab,
      (screen) => {
        const [red, , blue] = screen.pixel(...at)
        return inside === blue - red > 25
      },
      (screen) => `the wave was ${inside ? 'never' : 'always'} at ${at} but ${screen.pixel(...at)}`,
    )
  }
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

/** Sees the picture of a page drawn, and drawn otherwise when somebody else comes. */
async function expectCountsVisitors(tab: Tab): Promise<void> {
  const find = 'document.images[0]'
  await eventually(async () => expect(await tab.evaluate(`${find} !== undefined`)).toBe(true))
  const box = await scrollTo(tab, find)
  const path = await tab.evaluate<string>(`${find}.getAttribute('src')`)
  const alone = await untilSettled(tab, box)
  const other = await openStream(url + path, { headers: { 'Accept-Language': 'x-other' } })
  try {
    await untilDiffers(tab, alone, box, 'the other visitor did not show')
    const both = await untilSettled(tab, box)
    other.close()
    await untilDiffers(tab, both, box, 'the other visitor never left')
  } finally {
    other.close()
  }
}

async function untilDiffers(tab: Tab, before: Screen, box: Box, failure: string): Promise<void> {
  await untilScreen(
    tab,
    (screen) => differ(screen, before, box),
    () => failure,
  )
}

/** Waits until a picture is drawn and no longer the placeholder that comes before a slow first drawing. */
async function untilSettled(tab: Tab, box: Box): Promise<Screen> {
  let before: Screen | undefined
  return untilScreen(
    tab,
    (screen) => {
      const settled = before !== undefined && !differ(screen, before, box) && coloursIn(screen, box) > 2
      before = screen
      return settled
    },
    () => 'the picture was not drawn',
    30_000,
    400,
  )
}

function differ(one: Screen, other: Screen, { x, y, width, height }: Box): boolean {
  for (let row = 0; row < height; row += 1) {
    for (let column = 0; column < width; column += 1) {
      const at = [Math.floor(x + column), Math.floor(y + row)] as const
      if (one.pixel(...at).join() !== other.pixel(...at).join()) return true
    }
  }
  return false
}
