import { once } from 'node:events'
import { appendFileSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { RenderOnceOptions } from 'imgcast/test'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'

// The built files: from TypeScript, each loader would compile all modules that widgets import.
const { clickOnce, collectOnce, expectPicture, renderOnce, startOnce } = (await import(
  new URL('../../dist/src/test.js', import.meta.url).href
)) as typeof import('imgcast/test')

const example = (file: string) => new URL(`../../examples/${file}`, import.meta.url)
const golden = (name: string) => new URL(`./golden/${name}.png`, import.meta.url)

let server: Server
let requests = 0
const before = { ...process.env }

beforeAll(async () => {
  server = createServer((_request, response) => {
    requests += 1
    response.end(JSON.stringify({ current: { temperature_2m: 4.6, wind_speed_10m: 31, weather_code: 61 } }))
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  process.env.WEATHER_URL = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
})
afterAll(() => {
  process.env = before
  server.close()
})

describe('the examples', () => {
  test.each<[file: string, options: RenderOnceOptions]>([
    ['widgets/weather.ts', { key: 'berlin', example: true }],
    ['widgets/log-tail.ts', { example: true }],
    ['widgets/profile.ts', { visitors: 3 }],
    ['widgets/cpu.ts', { example: true }],
    ['widgets/board.ts', { example: true }],
    ['widgets/vote.ts', { example: true }],
    ['widgets/four.ts', { example: true }],
    ['widgets/ball.ts', { time: 600, animate: 'push' }],
    ['widgets/qr-code.js', { params: 'text=https://imgcast.example/' }],
    ['widgets/sales.ts', { example: true }],
    ['jsx/widgets/card.tsx', {}],
  ])('%s has its picture', { timeout: 30_000 }, async (file, options) => {
    const name = file.replace(/.*\/|\.\w+$/g, '')
    await expectPicture(await renderOnce(example(file), { scale: 2, ...options }), golden(name))
  })

  test('draw with the canvas of imgcast/widget, since a picture of another copy cannot be drawn', () => {
    const files = readdirSync(example('.'), { recursive: true, encoding: 'utf8' })
    const modules = files.filter((file) => /^(?!.*node_modules).*\.[mc]?[jt]sx?$/.test(file))
    expect(modules.length).toBeGreaterThan(10)
    for (const file of modules) expect(readFileSync(example(file), 'utf8')).not.toContain('@napi-rs/canvas')
  })

  test('the weather card loads real weather, of the cities that it lists', async () => {
    const weather = example('widgets/weather.ts')
    const first = await renderOnce(weather, { key: 'tokyo' })
    expect(first.json).toEqual({ city: 'tokyo', degrees: 4.6, wind: 31, code: 61 })
    expect(requests).toBe(1)
    await expect(renderOnce(weather, { key: 'atlantis' })).rejects.toThrow()
    expect(requests).toBe(1)
  })

  test('the log shows each line that is written', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'imgcast-log-'))
    process.env.LOG_FILE = join(folder, 'app.log')
    try {
      writeFileSync(process.env.LOG_FILE, 'first\n')
      const log = example('widgets/log-tail.ts')
      expect((await renderOnce(log)).data).toEqual(['first'])
      const file = process.env.LOG_FILE
      const writing = setInterval(() => appendFileSync(file, 'more\n'), 100)
      const { pushed } = await startOnce(log, { timeout: 10_000 }).finally(() => clearInterval(writing))
      expect(pushed[0]).toEqual(expect.arrayContaining(['first', 'more']))
    } finally {
      rmSync(folder, { recursive: true })
    }
  })

  test('the processor line has a value for each run of its collection', async () => {
    const cpu = example('widgets/cpu.ts')
    let state: Record<string, unknown> = {}
    for (let run = 0; run < 3; run += 1) state = (await collectOnce(cpu, { state })).state
    expect(state.shares).toHaveLength(3)
    expect((await renderOnce(cpu, { state })).json).toEqual(state)
  })

  test('a click paints a cell of the board, and a second one erases it', async () => {
    const board = example('widgets/board.ts')
    const painted = await clickOnce(board, { x: 25, y: 5, visitor: 'ada' })
    expect(painted.state).toEqual({ cells: { '1,0': expect.stringMatching(/^#/) } })
    const erased = await clickOnce(board, { x: 30, y: 19, visitor: 'bob', state: painted.state })
    expect(erased.state).toEqual({ cells: {} })
  })

  test('a reader has one vote', async () => {
    const vote = example('widgets/vote.ts')
    let state: Record<string, unknown> = {}
    for (const [visitor, action] of [
      ['ada', 'tabs'],
      ['bob', 'tabs'],
      ['ada', 'spaces'],
    ] as const)
      state = (await clickOnce(vote, { visitor, action, state })).state
    expect((await renderOnce(vote, { state })).json).toEqual({ tabs: 1, spaces: 1 })
  })

  test('two readers play four in a row, in turns, until one has won', async () => {
    const four = example('widgets/four.ts')
    let state: Record<string, unknown> = {}
    const play = async (visitor: string, column: number) => {
      state = (await clickOnce(four, { x: column * 40 + 20, y: 100, visitor, state })).state
      return (await renderOnce(four, { state })).json as { moves: number[]; winner: number | null }
    }
    expect((await play('ada', 0)).moves).toEqual([0])
    expect((await play('ada', 1)).moves).toEqual([0])
    expect((await play('bob', 1)).moves).toEqual([0, 1])
    // A third reader only watches.
    expect((await play('eve', 2)).moves).toEqual([0, 1])
    for (const turn of [0, 1, 2]) {
      await play('ada', 0)
      if (turn < 2) await play('bob', 1)
    }
    expect(await play('bob', 5)).toMatchObject({ moves: [] })
  })

  test('the JSX card is sharp at any scale, and its layout is an SVG', async () => {
    const card = example('jsx/widgets/card.tsx')
    const svg = await renderOnce(card, { format: 'svg' })
    expect(svg.bytes.toString()).toMatch(/^<svg [^>]*width="360" height="132"/)
    for (const scale of [1, 3]) {
      const { bytes } = await renderOnce(card, { scale })
      expect(bytes.readUInt32BE(16)).toBe(360 * scale)
    }
  })
})
