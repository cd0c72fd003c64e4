import { execFile } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

const MAIN = fileURLToPath(new URL('../../bench/main.mjs', import.meta.url))
const folder = mkdtempSync(join(tmpdir(), 'imgcast-bench-'))

interface Line {
  what: string
  unit: string
  ours: number
  control?: number
  limit?: number
  holds?: boolean
}
interface Result {
  rows: { name: string; title: string; target: string; lines: Line[] }[]
}

let result: Result
let printed: string

const ROWS = [
  'frame-cost',
  'http2',
  'socket-cost',
  'fan-out',
  'memory',
  'capacity',
  'join-storm',
  'idle',
  'hot-widget',
  'warm-picture',
  'sine',
  'own-rooms',
  'badges',
]

beforeAll(async () => {
  const words = ['--smoke', '--json', join(folder, 'result.json'), '--picture', join(folder, 'table.png')]
  printed = (await promisify(execFile)(process.execPath, [MAIN, ...words])).stdout
  result = JSON.parse(readFileSync(join(folder, 'result.json'), 'utf8'))
}, 240_000)

afterAll(() => rmSync(folder, { recursive: true }))

describe('the bench', () => {
  it('measures every row', () => {
    expect(result.rows.map(({ name }) => name)).toEqual(ROWS)
  })

  it.each(ROWS)('%s returns numbers, and a verdict if there is a target', (name) => {
    const lines = result.rows.find((row) => row.name === name)?.lines ?? []
    expect(lines.length).toBeGreaterThan(0)
    for (const line of lines) {
      // A time later than the control's can be a time before it.
      if (line.what.includes('later than')) expect(line.ours, line.what).toBeTypeOf('number')
      else expect(line.ours, line.what).toBeGreaterThanOrEqual(0)
      if (line.limit !== undefined) expect(typeof line.holds, line.what).toBe('boolean')
    }
  })

  it('loses no viewer of a crowd', () => {
    const lines = result.rows.flatMap((row) => row.lines)
    const ofViewers = lines.filter(({ what }) => /^viewers (held|without|still)/.test(what))
    expect(ofViewers).toHaveLength(4)
    expect(ofViewers.filter(({ holds }) => !holds)).toEqual([])
  })

  it('prints all of it as a table', () => {
    for (const { title } of result.rows) expect(printed).toContain(title)
  })

  it('draws it as a PNG', () => {
    expect(readFileSync(join(folder, 'table.png')).subarray(1, 4).toString()).toBe('PNG')
  })

  it.each([
    [['--row', 'speed'], 'expected --row to be one of frame-cost'],
    [['--rows', 'sine'], 'the options are --quick, --smoke, --row'],
  ])('refuses %s, with exit code 2', async (words, reason) => {
    const refused = await promisify(execFile)(process.execPath, [MAIN, ...words]).catch((error) => error)
    expect(refused.code).toBe(2)
    expect(refused.stderr).toContain(reason)
  })
})
