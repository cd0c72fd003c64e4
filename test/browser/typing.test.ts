import { mkdtemp, rename, rm, unlink, writeFile } from 'node:fs/promises'
import type { IncomingMessage } from 'node:http'
import type { Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pino } from 'pino'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { eventually } from '../support/eventually.ts'
import { startServer, type TestServer } from '../support/server.ts'
import type { Tab } from './drivers/index.ts'
import { type Colour, expectStays, type Point, untilFilled } from './support/pixels.ts'
import { img, Site } from './support/site.ts'
import { describeEngines, useBrowser } from './support/stage.ts'

const SIZE = { width: 100, height: 100 }
const MIDDLE: Point = [50, 50]
const RED: Colour = [200, 30, 30]
const GREEN: Colour = [30, 200, 30]
const BLUE: Colour = [30, 30, 200]
const OTHER: Colour = [200, 200, 30]

let site: Site
let server: TestServer
let folder: string
const lines: string[] = []
/** The socket of every request for a picture, in order. */
const sockets: Socket[] = []

const source = (colour: Colour) => `import { defineWidget } from 'imgcast/widget'

const colour: string = 'rgb(${colour})'
export default defineWidget({
  title: 'Typed',
  size: { width: 100, height: 100 },
  draw(ctx) {
    ctx.fillStyle = colour
    ctx.fillRect(0, 0, 100, 100)
  },
})
`
const save = (text: string) => writeFile(join(folder, 'typed.ts'), text)

beforeAll(async () => {
  site = await Site.start()
  folder = await mkdtemp(join(tmpdir(), 'imgcast-typing-'))
  await save(source(RED))
  const log = pino({}, { write: (line: string) => void lines.push(line) })
  server = await startServer({ widgets: folder, log })
  server.server.on('request', ({ url, socket }: IncomingMessage) => {
    if (url?.includes('.png')) sockets.push(socket)
  })
})
afterEach(() => site.clear())
afterAll(async () => {
  await server.close()
  site.close()
  await rm(folder, { recursive: true })
})

/** Requests the room's counts all the time; returns a function that stops it and returns all different responses. */
function recordCounts(room: string): () => Promise<string[]> {
  const seen = new Set<string>()
  let over = false
  const asking = (async () => {
    while (!over) {
      const { connections, peak } = (await (await fetch(`${server.url}/${room}.json`)).json()) as {
        connections: number
        peak: number
      }
      seen.add(`${connections} of ${peak}`)
      await new Promise((resolve) => setTimeout(resolve, 5))
    }
  })()
  return async () => {
    over = true
    await asking
    return [...seen]
  }
}

/** Saves, waits until it is on screen, and returns how long that took. */
async function timed(name: string, saving: () => Promise<void>, tab: Tab, colour: Colour): Promise<void> {
  const start = performance.now()
  await saving()
  await untilFilled(tab, SIZE, colour)
  console.log(`${name}: on screen after ${Math.round(performance.now() - start)} ms`)
}

describeEngines((engine) => {
  describe('a widget that is being written', () => {
    const stage = useBrowser(engine)

    test('saved code is on screen without a reload, a new connection or a change of the counts', async () => {
      const room = `typed/${engine}`
      await save(source(RED))
      const picture = img(`${server.url}/${room}.png`, SIZE)
      const tab = await stage.open(site.page(`${picture}<script>window.born = Math.random()</script>`))
      await untilFilled(tab, SIZE, RED)
      const born = await tab.evaluate<number>('window.born')
      const requests = sockets.length
      const stopCounting = recordCounts(room)

      const file = join(folder, 'typed.ts')
      await timed(`${engine}, written in place`, () => save(source(GREEN)), tab, GREEN)
      const rewrite = async () => {
        await writeFile(`${file}~`, source(BLUE))
        await rename(`${file}~`, file)
      }
      await timed(`${engine}, renamed over it`, rewrite, tab, BLUE)
      const recreate = async () => {
        await unlink(file)
        await save(source(OTHER))
      }
      await timed(`${engine}, removed and created`, recreate, tab, OTHER)

      lines.length = 0
      await save(source(RED).replace('draw(ctx)', 'draw(ctx'))
      await eventually(() => expect(lines.join('')).toMatch(/typed\.ts:7:12.*SyntaxError/))
      const page = await (await fetch(`${server.url}/${room}`, { headers: { Accept: 'text/html' } })).text()
      expect(page).toMatch(/typed\.ts:7:12<.*SyntaxError.*keeps running the old code/s)
      await expectStays(tab, MIDDLE, OTHER)
      await timed(`${engine}, repaired`, () => save(source(GREEN)), tab, GREEN)
      const repaired = await fetch(`${server.url}/${room}`, { headers: { Accept: 'text/html' } })
      expect(await repaired.text()).not.toContain('SyntaxError')

      expect(await stopCounting()).toEqual(['1 of 1'])
      expect(sockets).toHaveLength(requests)
      expect(sockets.at(-1)?.destroyed).toBe(false)
      expect(await tab.evaluate<number>('window.born')).toBe(born)
    })
  })
})
