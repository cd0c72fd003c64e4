import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { eventually } from '../support/eventually.ts'
import { LOSSY, untilPixel } from './support/pixels.ts'
import { ScriptPages } from './support/script-pages.ts'
import { describeEngines, useBrowser } from './support/stage.ts'

const example = new URL('../../examples/camera-wall/', import.meta.url)
const read = (path: string) => readFileSync(new URL(path, example), 'utf8')
const html = /<main>.*<\/p>/s.exec(read('public/index.html'))?.[0] ?? ''
const wall = read('public/wall.js')
const PATIENCE = { timeout: 40_000 }

let pages: ScriptPages
beforeAll(async () => {
  pages = new ScriptPages({ widgets: fileURLToPath(new URL('widgets', example)) })
  await pages.start()
})
afterAll(() => pages.stop())

describeEngines((engine) => {
  const stage = useBrowser(engine)

  test.each([
    ['over one WebSocket', true, /^8 cameras over one WebSocket$/],
    ['as streams after three failures', false, /^Streamed/],
  ])('the wall shows eight cameras %s', async (_, hasSockets, state) => {
    pages.hasSockets = hasSockets
    const tab = await stage.open(pages.page(html, wall), { wait: 'none' })
    await eventually(
      async () => expect(await tab.evaluate("document.querySelector('#state').textContent")).toMatch(state),
      PATIENCE,
    )
    // The bar of the first picture, past the margin of the page.
    await untilPixel(tab, 12, 12, [32, 64, 128], LOSSY)
    const connections = () => pages.imgcast?.stats().connections ?? 0
    if (hasSockets) await eventually(() => expect(connections()).toBe(8), PATIENCE)
    if (hasSockets) await eventually(async () => expect(await pages.sockets()).toBe(1), PATIENCE)
    await stage.close(tab)
  })
})
