import { once } from 'node:events'
import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createCanvas } from '@napi-rs/canvas'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { type Browser, launch, type Tab } from './drivers/index.ts'
import { poll } from './drivers/processes.ts'
import { describeEngines } from './support/stage.ts'

type Colour = [number, number, number]
const RED: Colour = [255, 0, 0]
const BLUE: Colour = [0, 0, 255]
const GREEN: Colour = [0, 128, 0]

const block = (colour: string) => `<div style="width:100px;height:100px;background:${colour}"></div>`
const page = (body: string) => `<!doctype html><body style="margin:0;background:white">${body}`
const PAGES: Record<string, string> = {
  '/red': page(`${block('red')}<a id="next" href="/blue">next</a>`),
  '/blue': page(block('blue')),
  '/green': page(block('green')),
  '/script': page(`<noscript>${block('green')}</noscript><script>document.write('${block('red')}')</script>`),
  '/picture': page('<img src="/stream" loading="lazy" width="100" height="100">'),
}

const PART_HEAD = '\r\n--b\r\nContent-Type: image/png\r\n\r\n'
const frame = (colour: string) => {
  const canvas = createCanvas(100, 100)
  const context = canvas.getContext('2d')
  context.fillStyle = colour
  context.fillRect(0, 0, 100, 100)
  return canvas.toBuffer('image/png')
}

const streams: ServerResponse[] = []
const server = createServer((request, response) => {
  if (request.url === '/stream') {
    response.writeHead(200, { 'Content-Type': 'multipart/x-mixed-replace; boundary=b', Connection: 'close' })
    response.write(`${'preamble '.repeat(120)}${PART_HEAD}`)
    streams.push(response)
    return
  }
  const body = PAGES[request.url ?? '']
  response.writeHead(body ? 200 : 404, { 'Content-Type': 'text/html' }).end(body)
})
let base = ''

async function shows(tab: Tab, colour: Colour): Promise<void> {
  let last: number[] = []
  await poll(
    async () => {
      last = (await tab.screenshot({ width: 100, height: 100 })).pixel(50, 50)
      return last.join() === [...colour, 255].join() || undefined
    },
    () => `Waited for ${colour}, saw ${last}`,
    20_000,
  )
}

beforeAll(async () => {
  await once(server.listen(0, '127.0.0.1'), 'listening')
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
})

afterAll(() => {
  server.closeAllConnections()
  server.close()
})

describeEngines((engine) => {
  let browser: Browser
  beforeAll(async () => {
    browser = await launch(engine)
  })
  afterAll(async () => {
    await browser.close()
  })

  it('navigates, clicks, evaluates and takes screenshots in several tabs', async () => {
    const first = await browser.open(`${base}/blue`)
    await shows(first, BLUE)
    await first.goto(`${base}/red`, { wait: 'load' })
    await shows(first, RED)
    const screen = await first.screenshot()
    expect(screen.pixel(0, 0)).toEqual([...RED, 255])
    expect(screen.pixel(99, 99)).toEqual([...RED, 255])
    expect(screen.pixel(100, 99)).toEqual([255, 255, 255, 255])
    expect(await first.evaluate('1 + 1')).toBe(2)
    expect(await first.evaluate('Promise.resolve({ a: [innerWidth, innerHeight] })')).toEqual({
      a: [screen.width, screen.height],
    })
    await expect(first.evaluate('missing.thing')).rejects.toThrow('missing')

    const second = await browser.open(`${base}/green`)
    await shows(second, GREEN)
    expect(await first.evaluate('document.visibilityState')).toBe('hidden')
    await shows(first, RED)
    await shows(second, GREEN)
    await second.close()

    await first.press('Tab')
    expect(await first.evaluate('document.activeElement.id')).toBe('next')
    await first.press('Enter')
    await shows(first, BLUE)
    await first.goto(`${base}/red`)
    await shows(first, RED)
    await first.click('#next')
    await shows(first, BLUE)
    await first.back()
    await shows(first, RED)
    await first.reload()
    await shows(first, RED)
    await first.close()
    await shows(await browser.open(`${base}/green`), GREEN)
  })

  it('shows <noscript> with scripts off', async () => {
    const scriptless = await launch(engine, { javascript: false })
    try {
      const tab = await scriptless.open(`${base}/script`)
      await shows(tab, GREEN)
      await tab.goto(`${base}/red`)
      await tab.click('#next')
      await shows(tab, BLUE)
    } finally {
      await scriptless.close()
    }
  })

  it('shows the frames of a multipart picture as they arrive, and closes its connection when it is killed', async () => {
    const tab = await browser.open(`${base}/picture`)
    const stream = await poll(
      () => streams.pop(),
      () => 'The picture was never asked for',
    )
    for (const [name, colour] of [
      ['red', RED],
      ['blue', BLUE],
    ] as const) {
      stream.write(Buffer.concat([frame(name), Buffer.from(PART_HEAD)]))
      await shows(tab, colour)
    }
    const closed = once(stream, 'close')
    await browser.kill()
    await closed
  })
})
