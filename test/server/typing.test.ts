import { mkdir, mkdtemp, rm, unlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createCanvas, loadImage } from '@napi-rs/canvas'
import { pino } from 'pino'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { eventually } from '../support/eventually.ts'
import { startServer, type TestServer } from '../support/server.ts'
import { chromium, openStream, type RawStream } from '../support/stream-reader.ts'

const READER = { ...chromium, Accept: 'text/html,*/*;q=0.8', 'Sec-Fetch-Dest': 'document' }

let folder: string
let server: TestServer
const streams: RawStream[] = []
let lines: string[] = []

const write = (name: string, text: string) => writeFile(join(folder, name), text)
const source = (fill: string, imports = '') => `import { defineWidget } from 'imgcast/widget'
${imports}
export default defineWidget({
  title: 'Mine',
  size: { width: 30, height: 20 },
  draw(ctx) {
    ctx.fillStyle = ${fill}
    ctx.fillRect(0, 0, 30, 20)
  },
})
`

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'widgets-'))
  await mkdir(join(folder, 'lib'))
  await write('mine.ts', source("'#f00'"))
  await write('other.ts', source("'#00f'"))
  lines = []
  const note = (line: string) => lines.push((JSON.parse(line) as { msg: string }).msg)
  server = await startServer({
    log: pino({ level: 'info' }, { write: note }),
    ...{ widgets: folder, drawTimeout: 10_000, showSource: 'on' },
    // Streams of several tests are one reader's, and a probe is one more part.
    probe: 'off',
  })
})
afterEach(async () => {
  for (const stream of streams.splice(0)) stream.close()
  await server.close()
  await rm(folder, { recursive: true })
})

async function open(path: string): Promise<RawStream> {
  const stream = await openStream(server.url + path, { headers: {} })
  streams.push(stream)
  return stream
}

const page = async (path: string, headers: Record<string, string> = {}) => {
  const response = await fetch(server.url + path, { headers: { ...READER, ...headers } })
  return { status: response.status, html: await response.text() }
}

/** The pictures that a stream has shown: the same bytes once more are a heartbeat. */
function pictures({ parts }: RawStream): string[] {
  return parts
    .filter(({ body }, index) => !parts[index - 1]?.body.equals(body))
    .map(({ body }) => body.toString('base64'))
}

/** Waits until the newest picture of a stream is of one colour. */
async function untilColour(stream: RawStream, colour: number[]): Promise<void> {
  await eventually(async () => {
    const ctx = createCanvas(30, 20).getContext('2d')
    ctx.drawImage(await loadImage(stream.parts.at(-1)?.body as Buffer), 0, 0)
    expect([...ctx.getImageData(15, 10, 1, 1).data].slice(0, 3)).toEqual(colour)
  })
}

describe('while a widget is being written', () => {
  test('its open picture follows its code, the files it imports and its data', async () => {
    const stream = await open('/mine.png')
    await untilColour(stream, [255, 0, 0])
    await write('lib/colors.ts', "export const fill: string = '#0f0'")
    await write('mine.ts', source('fill', "import { fill } from './lib/colors.ts'"))
    await untilColour(stream, [0, 255, 0])
    await write('lib/colors.ts', "export const fill: string = '#ff0'")
    await untilColour(stream, [255, 255, 0])
    await write('data.json', '{ "fill": "#0ff" }')
    await write('mine.ts', source('data.fill', "import data from './data.json' with { type: 'json' }"))
    await untilColour(stream, [0, 255, 255])
    await write('data.json', '{ "fill": "#f0f" }')
    await untilColour(stream, [255, 0, 255])
    expect(stream.closed).toBe(false)
  })

  test('its open picture follows a parameter’s default and the size, and a URL that becomes wrong shows so', async () => {
    const mine = (value: string, width: number) => `import { defineWidget, param } from 'imgcast/widget'
export default defineWidget({
  title: 'Mine',
  size: { width: ${width}, height: 20 },
  params: { fill: ${value} },
  draw(ctx, { params }) {
    ctx.fillStyle = params.fill
    ctx.fillRect(0, 0, 99, 20)
  },
})
`
    await write('mine.ts', mine("param.color('#f00')", 30))
    await eventually(async () => expect((await fetch(`${server.url}/mine.json?fill=nope`)).status).toBe(400))
    const [stream, asked] = [await open('/mine.png'), await open('/mine.png?fill=f00')]
    await untilColour(stream, [255, 0, 0])
    await write('mine.ts', mine("param.color('#0f0')", 30))
    await untilColour(stream, [0, 255, 0])
    await untilColour(asked, [255, 0, 0])
    await write('mine.ts', mine("param.choice(['blue', 'lime'])", 60))
    await untilColour(stream, [0, 0, 255])
    expect((await loadImage(stream.parts.at(-1)?.body as Buffer)).width).toBe(60)
    const colours = async () => {
      const ctx = createCanvas(30, 20).getContext('2d')
      ctx.drawImage(await loadImage(asked.parts.at(-1)?.body as Buffer), 0, 0)
      return new Set(new Uint32Array(ctx.getImageData(0, 0, 30, 20).data.buffer)).size
    }
    await eventually(async () => expect(await colours()).toBeGreaterThan(1))
    expect(server.imgcast.stats().connections).toBe(2)
    await write('mine.ts', mine("param.color('#0f0')", 30))
    await untilColour(asked, [255, 0, 0])
    await untilColour(stream, [0, 255, 0])
  })

  test('its open picture follows modules and data outside of its folder, and each reload is logged', async () => {
    const outside = await mkdtemp(join(tmpdir(), 'shared-'))
    try {
      await writeFile(join(outside, 'colors.ts'), "export const red = '#f00'")
      await writeFile(join(outside, 'data.json'), '{ "fill": "#0ff" }')
      await write('mine.ts', source('red', `import { red } from '${outside}/colors.ts'`))
      await write('other.ts', source('data.fill', `import data from '${outside}/data.json'`))
      const [mine, other] = [await open('/mine.png'), await open('/other.png')]
      await untilColour(mine, [255, 0, 0])
      await untilColour(other, [0, 255, 255])
      await writeFile(join(outside, 'colors.ts'), "export const red = '#c00'")
      await untilColour(mine, [204, 0, 0])
      await writeFile(join(outside, 'data.json'), '{ "fill": "#f0f" }')
      await untilColour(other, [255, 0, 255])
      for (const words of ['reloaded colors.ts', 'reloaded data.json', /reloaded (mine|other)/])
        expect(lines).toContainEqual(expect.stringMatching(words))
    } finally {
      await rm(outside, { recursive: true })
    }
  })

  test('a new file is a new widget, and the picture of a deleted one says so while others keep running', async () => {
    const other = await open('/other.png')
    await untilColour(other, [0, 0, 255])
    const shown = pictures(other)
    await write('fresh.ts', source("'#0f0'"))
    await eventually(async () => expect((await fetch(`${server.url}/fresh.png`)).status).toBe(200))
    const fresh = await open('/fresh.png')
    await untilColour(fresh, [0, 255, 0])
    await unlink(join(folder, 'fresh.ts'))
    await fresh.waitFor(({ parts }) => parts.length >= 2, 'a card')
    expect(await (await fetch(`${server.url}/fresh.json`)).json()).toMatchObject({
      ...{ status: 404, detail: expect.stringContaining('no widget fresh') },
    })
    expect([fresh.closed, other.closed]).toEqual([false, false])
    expect(pictures(other)).toEqual(shown)
    await write('fresh.ts', source("'#ff0'"))
    await untilColour(fresh, [255, 255, 0])
  })

  test('its page and the gallery show why its newest code does not load, and where', async () => {
    const stream = await open('/mine.png')
    await untilColour(stream, [255, 0, 0])
    await write('mine.ts', source('(,'))
    await eventually(async () => {
      const { status, html } = await page('/mine/main')
      expect(status).toBe(200)
      expect(html).toMatch(
        /Its newest code does not load.*\/mine\.ts:7:22<.*SyntaxError.*<mark .*ctx\.fillStyle = /s,
      )
      expect(html).not.toContain(folder)
    })
    expect((await page('/')).html).toMatch(/One module did not load.*mine\.ts:7:22/s)
    expect((await page('/other/main')).html).not.toContain('class="notice"')
    const elsewhere = await page('/mine/main', { 'X-Forwarded-For': '192.0.2.1' })
    expect(elsewhere.html).toContain('mine.ts:7:22')
    expect(elsewhere.html).not.toContain('ctx.fillStyle')
    expect(pictures(stream)).toHaveLength(1)
    await write('mine.ts', source("'#0f0'"))
    await untilColour(stream, [0, 255, 0])
    expect((await page('/mine/main')).html).not.toContain('class="notice"')
  })

  test('a widget that never loaded has a page with status 404 and the error, and a card', async () => {
    await write('never.ts', source('(,'))
    await eventually(async () => {
      const { status, html } = await page('/never/main')
      expect(status).toBe(404)
      expect(html).toMatch(/This widget does not load.*never\.ts:7:22.*SyntaxError/s)
    })
    const card = await fetch(`${server.url}/never/main.png`, { headers: chromium })
    expect([card.status, card.headers.get('content-type')]).toEqual([404, 'image/png'])
    expect(await (await fetch(`${server.url}/never.json`)).json()).toMatchObject({
      detail: 'never does not load',
    })
  })

  test('its page shows why its last drawing failed, until one succeeds', async () => {
    await write('mine.ts', source("secret.of('a password')"))
    await eventually(async () => {
      expect((await fetch(`${server.url}/mine.png`)).status).toBe(500)
      expect((await page('/mine/main')).html).toMatch(
        /could not be drawn.*\/mine\.ts:7<.*ReferenceError: secret is not defined.*a password/s,
      )
    })
    const elsewhere = await page('/mine/main', { 'X-Forwarded-For': '192.0.2.1' })
    expect(elsewhere.html).toMatch(/mine\.ts:7<.*failed to draw: ReferenceError/s)
    expect(elsewhere.html).not.toMatch(/is not defined|a password/)
    await write('mine.ts', source("'#0f0'"))
    await eventually(async () => {
      expect((await fetch(`${server.url}/mine.png`)).status).toBe(200)
      expect((await page('/mine/main')).html).not.toContain('class="notice"')
    })
  })
})
