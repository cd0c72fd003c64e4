import { createCanvas, type SKRSContext2D } from '@napi-rs/canvas'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { readColor } from '../../src/picture/color.ts'
import { decode } from '../../src/picture/compare.ts'
import { blend, contrast } from '../../src/picture/contrast.ts'
import {
  build,
  drawFrame,
  type Facts,
  hits,
  type Name,
  NOON,
  sheets,
  table,
  watched,
  widgets,
} from './sheets.ts'

/** One text or line, and the colours under it. */
interface Mark {
  text: string
  color: string
  /** As CSS colours with alpha, at a few places. */
  grounds: string[]
}

const prototype: SKRSContext2D = Object.getPrototypeOf(createCanvas(1, 1).getContext('2d'))
const RIM = 3
let marks: Mark[] = []

beforeEach(() => {
  marks = []
  const { fillText, stroke } = prototype
  vi.spyOn(prototype, 'fillText').mockImplementation(function (this: SKRSContext2D, text, x, y) {
    const measured = this.measureText(text)
    const { actualBoundingBoxLeft: left, fontBoundingBoxAscent: ascent } = measured
    const width = left + measured.actualBoundingBoxRight
    const places = [0.02, 0.5, 0.98].map((share) => [x - left + width * share, y - ascent * 0.35] as const)
    if (text.trim() && this.globalAlpha === 1)
      marks.push({
        text,
        color: String(this.fillStyle),
        grounds: places.map(([at, down]) => under(this, at, down)),
      })
    fillText.call(this, text, x, y)
  })
  vi.spyOn(prototype, 'stroke').mockImplementation(function (this: SKRSContext2D, ...path) {
    // A thinner one is the edge of a card; a clock's rim is one too. A faint one is decoration.
    const [, , , alpha = 1] = readColor(String(this.strokeStyle)) ?? []
    if (alpha >= 0.35 && this.lineWidth > 1 && this.lineWidth !== RIM && this.globalAlpha === 1)
      marks.push({ text: 'a line', color: String(this.strokeStyle), grounds: [corner(this)] })
    ;(stroke as (...path: unknown[]) => void).apply(this, path)
  })
})

afterEach(() => {
  vi.restoreAllMocks()
})

function under(ctx: SKRSContext2D, x: number, y: number): string {
  const { a, b, c, d, e, f } = ctx.getTransform()
  return pixel(ctx, a * x + c * y + e, b * x + d * y + f)
}

/** The ground of a chart, beside its lines. */
function corner(ctx: SKRSContext2D): string {
  return pixel(ctx, 10, 5)
}

function pixel(ctx: SKRSContext2D, x: number, y: number): string {
  const [red, green, blue, alpha = 0] = ctx.getImageData(Math.round(x), Math.round(y), 1, 1).data
  return `rgba(${red}, ${green}, ${blue}, ${alpha / 255})`
}

const cases: [name: Name, query: string, facts?: Facts | undefined][] = [
  ['chart', '', { data: watched('day', 140) }],
  ['chart', 'width=300&height=120', { data: watched('day', 0) }],
  ['clock', ''],
  ['clock', 'zone=Asia/Kathmandu'],
  ['clock', 'face=digital'],
  ['countdown', ''],
  ['countdown', 'to=2026-01-01'],
  ['countdown', 'style=line'],
  ['grid', 'show='],
  ['gauge', 'unit=%25', sheets.gauge[0]?.[1]],
  ['gauge', 'style=needle&thresholds=0:green,50:yellow', sheets.gauge[1]?.[1]],
  ['guestbook', '', sheets.guestbook[0]?.[1]],
  ['online', ''],
  ['online', '', { visitors: 0 }],
  ['poll', '', sheets.poll[1]?.[1]],
  ['progress', 'thresholds=0:green,50:yellow', sheets.progress[1]?.[1]],
  ['rooms', '', { data: table }],
  ['sine', 'thickness=4&width=200&height=80'],
  ['sparkline', 'style=line&label=', sheets.sparkline[0]?.[1]],
  ['tictactoe', '', sheets.tictactoe[2]?.[1]],
]
const grounds = [
  '',
  'transparent',
  'ffffff',
  '000000',
  'fffbe6',
  'ff0000',
  '808080',
  '0d1117',
  '8250df',
  'ffffff99',
]
const pages = { auto: ['#ffffff', '#000000'], light: ['#ffffff', '#f6f8fa'], dark: ['#0d1117', '#22272e'] }
const accents = ['ffff00', '000000', 'ffffff', 'ff000033']
const hitStyles = ['odometer', 'led', 'flip', 'plain']

/** Widgets without a background: their pages are those of the theme. */
const plain: typeof cases = [['status', 'show=bar', { data: { status: { ...build, setAt: NOON } } }]]
const colored = cases.filter(([name]) => 'color' in (widgets[name].params ?? {}))

/** The two most frequent opaque colours of a picture. */
async function twoColorsOf(bytes: Buffer): Promise<[string, string]> {
  const { data } = await decode(bytes)
  const counts = new Map<string, number>()
  for (let at = 0; at < data.length; at += 4) {
    const color = `rgb(${data[at]}, ${data[at + 1]}, ${data[at + 2]})`
    if (data[at + 3] === 255) counts.set(color, (counts.get(color) ?? 0) + 1)
  }
  const [one, other] = [...counts].toSorted(([, more], [, less]) => less - more)
  return [one?.[0] ?? '', other?.[0] ?? '']
}

function expectReadable(theme: keyof typeof pages): void {
  const seen = marks.flatMap(({ text, color, grounds }) =>
    pages[theme].flatMap((page) =>
      grounds.map((ground) => ({
        text,
        color,
        page,
        ground,
        contrast: contrast(blend(color, blend(ground, page)), blend(ground, page)),
      })),
    ),
  )
  expect(seen.filter(({ contrast }) => contrast < 4.5)).toEqual([])
}

describe('every text and line', () => {
  it.each(cases)('of %s (%s) has a contrast of 4.5 on any ground', (name, query, facts) => {
    for (const background of grounds) {
      for (const theme of ['auto', 'light', 'dark'] as const) {
        marks = []
        drawFrame(name, `${query}&theme=${theme}${background && `&background=${background}`}`, facts)
        expect(marks.length, `${theme} ${background}`).toBeGreaterThan(0)
        expectReadable(theme)
      }
    }
  })

  it.each(plain)('of %s (%s) has one on the pages of each theme', (name, query, facts) => {
    for (const theme of ['auto', 'light', 'dark'] as const) {
      marks = []
      drawFrame(name, `${query}&theme=${theme}`, facts)
      expect(marks.length).toBeGreaterThan(0)
      expectReadable(theme)
    }
  })

  it.each(colored)('of %s (%s) has one in a colour that the URL asks for', (name, query, facts) => {
    for (const color of accents) {
      for (const background of ['', 'fffbe6', '0d1117']) {
        for (const theme of ['auto', 'light', 'dark'] as const) {
          marks = []
          const ground = background && `&background=${background}`
          drawFrame(name, `${query}&theme=${theme}&color=${color}${ground}`, facts)
          // Without a ground and a theme, only the author of the page knows what is behind the picture.
          if (background || theme !== 'auto' || name !== 'sine') expectReadable(theme)
        }
      }
    }
  })

  it.each(hitStyles)('of hits in the style %s has one in such a colour', async (style) => {
    for (const color of accents) {
      for (const theme of ['light', 'dark'] as const) {
        marks = []
        const look = `style=${style}&size=20&digits=2&theme=${theme}&color=${color}`
        const { bytes } = drawFrame('hits', look, { data: { hits: 88, today: 0 } })
        if (style === 'led') expect(contrast(...(await twoColorsOf(bytes)))).toBeGreaterThanOrEqual(4.5)
        else expectReadable(theme)
      }
    }
  })

  it('keeps a colour that the URL asks for where the page is unknown', () => {
    drawFrame('hits', 'style=plain&color=ffff00', { data: hits })
    expect(new Set(marks.map(({ color }) => color))).toEqual(new Set(['#ffff00']))
  })

  it.each(hitStyles)('of hits in the style %s has one too', (style) => {
    for (const theme of ['auto', 'light', 'dark'] as const) {
      marks = []
      // At this size a drum shows no neighbours, which are cut off by its edges.
      drawFrame('hits', `style=${style}&label=hits&size=20&theme=${theme}`, { data: hits })
      expect(marks.length).toBeGreaterThan(0)
      expectReadable(theme)
    }
  })
})
