import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { Frame } from '../../src/picture/frame.ts'
import { drawJob } from '../../src/render/draw-job.ts'
import type { Job } from '../../src/render/protocol.ts'
import type { Widget } from '../../src/widget/define-widget.ts'
import { parseLook } from '../../src/widget/look.ts'
import { toManifest } from '../../src/widget/manifest.ts'
import type { HistorySpan, RoomHistory } from '../../src/widget/room-history.ts'
import chart from '../../widgets/chart.ts'
import online from '../../widgets/online.ts'
import sine from '../../widgets/sine.ts'
import status from '../../widgets/status.ts'
import trafficLight from '../../widgets/traffic-light.ts'
import { decode, diffPixels } from '../support/pixel-diff.ts'

const widgets = { chart, online, sine, status, 'traffic-light': trafficLight }
type Name = keyof typeof widgets
type Facts = Partial<Omit<Job, 'output' | 'widget' | 'look'>> & { data?: unknown }

const GOLDEN = join(import.meta.dirname, 'golden')
const FAILURES = join(import.meta.dirname, '../.failures')
const UPDATE = process.env.UPDATE_GOLDEN === '1'
/** The most of a picture that may differ. */
const TOLERANCE = 0.002
const NOON = Date.UTC(2026, 0, 1, 12)

function run(output: Job['output'], name: Name, query: string, { data, ...facts }: Facts) {
  const widget = widgets[name] as unknown as Widget
  const manifest = toManifest(name, '', widget)
  const look = parseLook(manifest, 'png', new URLSearchParams(query))
  const usual = { key: 'main', connections: 3, visitors: 2, peak: 5, time: NOON }
  return drawJob(
    { widget, manifest },
    { ...usual, ...facts, output, widget: name, look },
    { data, pictures: [] },
  )
}

function drawFrame(name: Name, query = '', facts: Facts = {}): Frame {
  return (run('frame', name, query, facts) as { frame: Frame }).frame
}

function readData(name: Name, facts: Facts = {}): unknown {
  return (run('data', name, '', facts) as { data: unknown }).data
}

const long = 'a message much longer than any badge on any page has a right to be, '.repeat(3)
const build = { schemaVersion: 1, label: 'build', message: 'passing', color: 'brightgreen' }
/** A day's rise and fall, or an hour's or a week's. */
function watched(span: HistorySpan, crowd: number): RoomHistory {
  const [count, step, waves] = ({ hour: [60, 1, 3], day: [144, 10, 2], week: [168, 60, 7] } as const)[span]
  const from = NOON - count * step * 60_000
  const steps = Array.from({ length: count }, (_, index) => {
    const wave = 0.5 + 0.4 * Math.sin((index / count) * waves * Math.PI * 2)
    const mean = crowd * (wave + 0.1 * Math.sin(index * 2.3))
    const level = { peak: Math.ceil(mean * 1.15), mean }
    return { time: from + index * step * 60_000, visitors: level, connections: level, hits: 0 }
  })
  const now = steps.at(-1)?.visitors.peak ?? 0
  return {
    room: 'online/blog',
    from,
    to: NOON,
    step: step * 60_000,
    steps,
    visitors: now,
    connections: now,
    peak: 999,
  }
}

const cases: [file: string, name: Name, query?: string, facts?: Facts][] = [
  ['online', 'online', '', { visitors: 12 }],
  ['online@2x', 'online', 'scale=2', { visitors: 12 }],
  ['online-box@2x', 'online', 'style=box&label=viewers&scale=2', { visitors: 12 }],
  ['online-none', 'online', '', { visitors: 0 }],
  ['online-one', 'online', '', { visitors: 1 }],
  ['online-million', 'online', '', { visitors: 1_000_000 }],
  ['online-million-wide', 'online', 'width=240', { visitors: 1_000_000 }],
  ['online-long-label', 'online', 'label=people+reading+this+very+long+article+today', {}],
  ['online-white@2x', 'online', 'background=white&scale=2', {}],
  ['online-transparent', 'online', 'background=transparent', {}],
  ['online-transparent@2x', 'online', 'background=transparent&scale=2', {}],
  ['online-small', 'online', 'width=60&height=16', {}],
  ['online-tall', 'online', 'width=60&height=150', { visitors: 1_000_000 }],
  ['online-large', 'online', 'width=600&height=150', {}],
  ['sine', 'sine'],
  ['sine@2x', 'sine', 'scale=2'],
  ['sine-later', 'sine', '', { time: NOON + 300 }],
  ['sine-dark', 'sine', 'width=300&height=100&background=0d1117&color=3fb950&frequency=5'],
  ['sine-small', 'sine', 'width=60&height=30'],
  ['sine-large', 'sine', 'width=1280&height=720&thickness=8&amplitude=1'],
  ['sine-flat', 'sine', 'width=300&height=60&amplitude=0'],
  ['traffic-light-red', 'traffic-light', '', { time: 0 }],
  ['traffic-light-yellow', 'traffic-light', '', { time: 500 }],
  ['traffic-light-green', 'traffic-light', '', { time: 1000 }],
  ['traffic-light-red@2x', 'traffic-light', 'scale=2', { time: 0 }],
  ['traffic-light-small', 'traffic-light', 'width=24&height=60', { time: 500 }],
  ['traffic-light-large', 'traffic-light', 'width=160&height=400', { time: 1000 }],
  ['status-not-set', 'status', '', { key: 'deploys' }],
  ['status-not-set@2x', 'status', 'scale=2', { key: 'deploys' }],
  ...['flat', 'flat-square', 'plastic', 'for-the-badge', 'social'].flatMap((style) => [
    [`status-${style}`, 'status', '', { data: { ...build, style } }] satisfies [string, Name, string, Facts],
    [`status-${style}@2x`, 'status', `scale=2&style=${style}`, { data: build }] satisfies [
      string,
      Name,
      string,
      Facts,
    ],
  ]),
  ['status-error', 'status', '', { data: { label: 'build', message: 'failing', isError: true } }],
  ['status-long', 'status', '', { data: { ...build, message: long } }],
  ['status-light@2x', 'status', 'scale=2', { data: { label: 'paint', message: 'cream', color: 'fffbe6' } }],
  ['status-message-only', 'status', '', { data: { message: 'alone', color: 'blue' } }],
  ['status-overruled', 'status', 'label=deploy&color=8250df&labelColor=navy', { data: build }],
  ['chart', 'chart', 'span=day', { data: watched('day', 140) }],
  ['chart-light@2x', 'chart', 'span=week&theme=light&scale=2', { data: watched('week', 23_456) }],
  ['chart-dark@2x', 'chart', 'span=hour&theme=dark&scale=2', { data: watched('hour', 12) }],
  ['chart-small', 'chart', 'span=week&theme=dark&width=120&height=40', { data: watched('week', 9) }],
  ['chart-small@2x', 'chart', 'theme=light&width=120&height=100&scale=2', { data: watched('day', 3) }],
  ['chart-large', 'chart', 'span=week&theme=light&width=1200&height=300', { data: watched('week', 250) }],
  ['chart-nobody', 'chart', 'theme=light&width=300&height=120', { data: watched('day', 0) }],
  ['chart-nobody-small', 'chart', 'theme=dark&width=120&height=60', { data: watched('day', 0) }],
]

describe('the pictures', () => {
  it.each(cases)('%s is drawn as it was', async (file, name, query = '', facts = {}) => {
    const { bytes } = drawFrame(name, query, facts)
    const golden = join(GOLDEN, `${file}.png`)
    if (UPDATE) {
      const same = existsSync(golden) && (await diffPixels(bytes, readFileSync(golden))).share === 0
      if (!same) writeFileSync(golden, bytes)
      return
    }
    const { share, picture } = await diffPixels(bytes, readFileSync(golden))
    if (share > TOLERANCE) {
      mkdirSync(FAILURES, { recursive: true })
      writeFileSync(join(FAILURES, `${file}.actual.png`), bytes)
      writeFileSync(join(FAILURES, `${file}.diff.png`), picture)
    }
    expect(share, `see test/.failures/${file}.diff.png`).toBeLessThanOrEqual(TOLERANCE)
  })

  it('are all of the kept ones', () => {
    const kept = readdirSync(GOLDEN).map((file) => basename(file, '.png'))
    expect(kept.toSorted()).toEqual(cases.map(([file]) => file).toSorted())
  })

  it('would fail for another digit', async () => {
    const [two, three] = [2, 3].map((visitors) => drawFrame('online', '', { visitors }).bytes)
    expect((await diffPixels(two as Buffer, three as Buffer)).share).toBeGreaterThan(TOLERANCE)
  })

  it.each(cases)('%s leaves a corner or the ground transparent, or fills it by wish', async (...args) => {
    const [, name, query = '', facts = {}] = args
    const alpha = (await decode(drawFrame(name, query, facts).bytes)).data[3] ?? 0
    const filled = /0d1117/.test(query) || /square|for-the-badge/.test(args[0])
    if (filled) expect(alpha).toBe(255)
    else expect(alpha).toBeLessThan(255)
  })
})

describe('online', () => {
  it('shows the count that was asked for', () => {
    const facts = { visitors: 1, connections: 7 }
    const seven = drawFrame('online', '', { visitors: 7 }).etag
    expect(drawFrame('online', 'count=connections', facts).etag).toBe(seven)
    expect(drawFrame('online', 'count=visitors', facts).etag).not.toBe(seven)
  })

  it('answers the usual facts as data', () => {
    expect(readData('online')).toEqual({ room: 'online/main', connections: 3, visitors: 2, peak: 5 })
  })

  it.each([
    'width=60&height=16',
    'width=60&height=150',
    'width=170',
    'width=600&height=150',
    'width=600&height=16',
  ])('keeps %s from overflowing', async (size) => {
    for (const label of ['', 'watching now', 'W'.repeat(60)]) {
      for (const visitors of [0, 1, 88_888, 888_888_888]) {
        const query = `${size}&background=transparent&label=${label}`
        const { width, height, data } = await decode(drawFrame('online', query, { visitors }).bytes)
        const edge = Array.from({ length: height }, (_, y) => [y * width, y * width + width - 1]).flat()
        expect(edge.filter((pixel) => data[pixel * 4 + 3] !== 0)).toEqual([])
      }
    }
  })
})

describe('sine', () => {
  it('is the same picture one period later', async () => {
    for (const [speed, period] of [
      [0.5, 2000],
      [2, 500],
      [-4, 250],
      [0.1, 10_000],
    ]) {
      const now = drawFrame('sine', `speed=${speed}`, { time: NOON + 150 })
      const later = drawFrame('sine', `speed=${speed}`, { time: NOON + 150 + Number(period) * 7 })
      expect((await diffPixels(now.bytes, later.bytes, 2)).share).toBe(0)
    }
  })

  it('is another picture half a period later, and stands still at speed 0', () => {
    const etags = [0, 1000].map((later) => drawFrame('sine', '', { time: NOON + later }).etag)
    expect(etags[0]).not.toBe(etags[1])
    const still = [0, 1000].map((later) => drawFrame('sine', 'speed=0', { time: NOON + later }).etag)
    expect(still[0]).toBe(still[1])
  })

  it('runs to the right', async () => {
    // A quarter of a period on, the crest has moved by a quarter of a wave.
    const query = 'width=400&height=100&frequency=1&speed=1&fps=20'
    const crests = await Promise.all(
      [0, 250].map(async (later) => topOf(await decode(drawFrame('sine', query, { time: later }).bytes))),
    )
    expect(Number(crests[1]) - Number(crests[0])).toBeCloseTo(100, -1)
  })
})

/** The column in which the picture's line is highest. */
function topOf({ width, data }: { width: number; data: Uint8ClampedArray }): number {
  for (let row = 0; row * width * 4 < data.length; row += 1) {
    const line = Array.from({ length: width }, (_, x) => x).filter(
      (x) => Number(data[(row * width + x) * 4 + 3]) > 200,
    )
    if (line.length > 0) return (Number(line[0]) + Number(line.at(-1))) / 2
  }
  return -1
}

describe('status', () => {
  it('answers what was sent and the room as data', () => {
    expect(readData('status', { data: build })).toEqual({ ...build, room: 'status/main' })
    expect(readData('status')).toEqual({ room: 'status/main' })
  })

  it('grows with its words up to a limit, always by whole pixels', () => {
    const widths = ['a', 'passing', long, `${long}${long}`].map(
      (message) => drawFrame('status', '', { data: { ...build, message } }).width,
    )
    expect(widths).toEqual(widths.map(Math.floor))
    expect(widths[0]).toBeLessThan(widths[1] as number)
    expect(widths[3]).toBe(widths[2])
    expect(widths[3]).toBeLessThan(380)
  })

  it.each([
    ['red', 'e05d44'],
    ['success', 'brightgreen'],
    ['#4c1', 'brightgreen'],
    ['4C1', '#44cc11'],
    ['rebeccapurple', '663399'],
  ])('takes %s for %s', (one, other) => {
    const etags = [one, other].map((color) => drawFrame('status', '', { data: { ...build, color } }).etag)
    expect(etags[0]).toBe(etags[1])
  })

  it('is red for an error without a colour, grey for a colour that is none', () => {
    const badge = { label: 'build', message: 'failing' }
    const draw = (data: object) => drawFrame('status', '', { data: { ...badge, ...data } }).etag
    expect(draw({ isError: true })).toBe(draw({ color: 'red' }))
    expect(draw({ isError: true, color: 'blue' })).toBe(draw({ color: 'blue' }))
    expect(draw({ color: 'constructor' })).toBe(draw({}))
    expect(draw({})).toBe(draw({ color: 'lightgrey' }))
  })

  it('lets the query overrule what was sent', () => {
    const sent = { label: 'tests', message: 'passing', color: 'blue', labelColor: 'navy', style: 'plastic' }
    const wished = 'label=tests&color=blue&labelColor=navy&style=plastic'
    expect(drawFrame('status', wished, { data: build }).etag).toBe(
      drawFrame('status', '', { data: sent }).etag,
    )
  })

  it.each([
    null,
    [],
    'text',
    7,
    { message: { a: 1 }, label: ['x'], style: 'none', color: 5, isError: 'yes' },
  ])('draws something for %j', (data) => {
    expect(drawFrame('status', '', { data }).width).toBeGreaterThan(20)
  })
})

describe('traffic-light', () => {
  it('goes round in three intervals', () => {
    const at = (time: number, query = '') => drawFrame('traffic-light', query, { time }).etag
    expect(new Set([at(0), at(500), at(1000)]).size).toBe(3)
    expect([at(499), at(1500), at(2600)]).toEqual([at(0), at(0), at(1000)])
    expect(at(2000, 'interval=2s')).toBe(at(500))
  })

  it('skips no light at an interval that is no whole number', () => {
    const at = (turn: number) =>
      drawFrame('traffic-light', 'interval=100.1ms', { time: NOON + turn * 100 }).etag
    const turns = Array.from({ length: 30 }, (_, turn) => at(turn))
    expect(turns.filter((etag, turn) => etag === turns[turn - 1])).toEqual([])
  })

  it('asks for its next frame when the light changes', () => {
    expect(run('frame', 'traffic-light', 'interval=2s', { time: 4500 })).toMatchObject({ next: 1500 })
  })
})
