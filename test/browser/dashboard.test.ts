import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import express from 'express'
import { pino } from 'pino'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Imgcast } from '../../src/imgcast/imgcast-interface.ts'
import { createImgcast } from '../../src/imgcast.ts'
import { eventually } from '../support/eventually.ts'
import { openStream, type RawStream } from '../support/stream-reader.ts'
import type { Screen, Tab } from './drivers/index.ts'
import { NARROW, narrowWindow } from './support/narrow.ts'
import { type Box, untilScreen } from './support/pixels.ts'
import { describeEngines, useBrowser } from './support/stage.ts'

const TOKEN = 'a-token-of-the-tests'

let imgcast: Imgcast
let server: Server
let url: string
const streams: RawStream[] = []

beforeAll(async () => {
  const log = pino({ level: 'silent' })
  imgcast = await createImgcast({ workers: 1, store: 'memory:', token: TOKEN, log, linger: 100 })
  const app = express()
  app.get('/narrow', narrowWindow)
  app.use(imgcast.router)
  server = app.listen(0, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  await watch('one')
})
afterAll(async () => {
  for (const stream of streams) stream.close()
  server.close()
  await imgcast.close()
  server.closeAllConnections()
})

async function watch(language: string): Promise<RawStream> {
  const stream = await openStream(`${url}/online/blog.mjpeg`, {
    headers: { 'Accept-Language': language, 'User-Agent': 'Lavf/61.7' },
  })
  streams.push(stream)
  return stream
}

describeEngines((engine) => {
  describe('the dashboard, with JavaScript off', () => {
    const stage = useBrowser(engine, { javascript: false })

    test('a reader signs in with the form, and the table shows viewers as they join and leave', async () => {
      const tab = await signIn(await stage.open(`${url}/dashboard`))
      await untilText(tab, 'h1', 'Who is watching')
      const row = await untilBox(tab, '.over img')
      const before = await untilPainted(tab, row)
      const other = await watch(`other-${engine}`)
      await untilScreen(
        tab,
        (screen) => differ(screen, before, row),
        () => 'the other viewer did not show',
      )
      // A screen reader reads the counts of the time when the page was made, which do not change.
      expect(await tab.evaluate('document.querySelector(".rooms tbody td").textContent')).toBe('1')
      other.close()
      await eventually(async () => expect(await connectionsOf('online/blog')).toBe(1))
    })

    test('a room’s charts are painted, and one finds there and back by links', async () => {
      const tab = await signIn(await stage.open(`${url}/dashboard`))
      await tab.click('.rooms tbody a')
      await untilText(tab, 'h1', 'online/blog')
      const charts = await untilBox(tab, '.charts img')
      await untilPainted(tab, charts)
      expect(
        await tab.evaluate<number>('document.querySelector(".charts img").naturalHeight'),
      ).toBeGreaterThan(400)
      await tab.click('.trail a')
      await untilText(tab, 'h1', 'Who is watching')
      await tab.click('.tools button')
      await untilText(tab, 'label', 'Token')
    })

    test('a wrong token is reported, and the field has the focus', async () => {
      const tab = await signIn(await stage.open(`${url}/dashboard/online/blog`), 'wrong')
      await untilText(tab, '#token-fault', 'This is not the token of this server.')
      await eventually(async () => expect(await tab.evaluate('document.activeElement.id')).toBe('token'))
      await signIn(tab)
      await untilText(tab, 'h1', 'online/blog')
    })

    test('nothing scrolls sideways on a telephone, where the picture is as wide as its columns', async () => {
      await signIn(await stage.open(`${url}/dashboard`))
      for (const path of ['', '/online/blog', '/online/nobody', '?search=none']) {
        const tab = await stage.open(`${url}/narrow?page=${encodeURIComponent(`/dashboard${path}`)}`)
        const page = 'document.querySelector("iframe").contentDocument'
        await eventually(async () => {
          expect(await tab.evaluate<string>(`${page}?.querySelector("h1")?.textContent ?? ""`)).not.toBe('')
        })
        expect(await tab.evaluate(`${page}.querySelector("#token")`)).toBe(null)
        const root = `${page}.documentElement`
        expect(await tab.evaluate(`${root}.clientWidth`)).toBeLessThanOrEqual(NARROW)
        expect(await tab.evaluate(`${root}.scrollWidth - ${root}.clientWidth`)).toBe(0)
        if (path !== '') continue
        // The columns have their width once the page's font has loaded.
        await eventually(async () => {
          const [picture, columns] = await tab.evaluate<[number, number]>(
            `[${page}.querySelector('.over img').width, ['th:nth-child(2)', 'th:last-child'].reduce(
              (sum, cell) => sum + ${page}.querySelector('.rooms thead ' + cell).offsetWidth, 0)]`,
          )
          expect(picture).toBe(columns)
        })
      }
    })
  })
})

/** Sends the form of a page that has one. */
async function signIn(tab: Tab, token = TOKEN): Promise<Tab> {
  await eventually(async () => {
    if (await tab.evaluate('document.querySelector(".tools") !== null')) return
    expect(await tab.evaluate('document.querySelector("#token") !== null')).toBe(true)
  })
  // Signed in by the test before.
  if (await tab.evaluate('document.querySelector(".tools") !== null')) return tab
  await tab.evaluate(`void (document.querySelector('#token').value = '${token}')`)
  await tab.click('.actions button')
  return tab
}

async function connectionsOf(room: string): Promise<number> {
  const response = await fetch(`${url}/${room}.json`)
  return ((await response.json()) as { connections: number }).connections
}

async function untilText(tab: Tab, selector: string, text: string): Promise<void> {
  await eventually(
    async () => {
      const found = await tab.evaluate<string>(
        `document.querySelector(${JSON.stringify(selector)})?.textContent ?? ''`,
      )
      expect(found.trim()).toBe(text)
    },
    { timeout: 30_000 },
  )
}

/** Where an element of the page is, as far as the window shows it. */
async function untilBox(tab: Tab, selector: string): Promise<Box> {
  let found: Box | null = null
  await eventually(async () => {
    found = await tab.evaluate<Box | null>(
      `document.querySelector(${JSON.stringify(selector)})?.getBoundingClientRect().toJSON() ?? null`,
    )
    expect(found?.height ?? 0).toBeGreaterThan(0)
  })
  return found as unknown as Box
}

/** Waits until a picture with a blue line is shown and no longer changes. */
async function untilPainted(tab: Tab, box: Box): Promise<Screen> {
  let before: Screen | undefined
  return untilScreen(
    tab,
    (screen) => {
      const settled = before !== undefined && !differ(screen, before, box) && hasBlue(screen, box)
      before = screen
      return settled
    },
    () => 'the picture was not drawn',
    30_000,
    500,
  )
}

function hasBlue(screen: Screen, box: Box): boolean {
  return pointsOf(screen, box).some((point) => {
    const [red, , blue] = screen.pixel(...point)
    return blue - red > 80
  })
}

function differ(one: Screen, other: Screen, box: Box): boolean {
  return pointsOf(one, box).some((point) => {
    const [red, green, blue] = one.pixel(...point)
    const [otherRed, otherGreen, otherBlue] = other.pixel(...point)
    return red !== otherRed || green !== otherGreen || blue !== otherBlue
  })
}

function pointsOf({ width, height }: Screen, box: Box): [x: number, y: number][] {
  const points: [number, number][] = []
  for (let y = Math.ceil(box.y); y < Math.min(height, box.y + box.height - 1); y += 1)
    for (let x = Math.ceil(box.x); x < Math.min(width, box.x + box.width - 1); x += 1) points.push([x, y])
  return points
}
