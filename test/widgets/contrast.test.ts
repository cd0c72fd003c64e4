import { createCanvas, type SKRSContext2D } from '@napi-rs/canvas'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { blend, contrast } from '../../src/picture/contrast.ts'
import { drawFrame, type Facts, hits, type Name, sheets, table, watched } from './sheets.ts'

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
    const { width, actualBoundingBoxLeft: left, fontBoundingBoxAscent: ascent } = this.measureText(text)
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
    // A thinner one is the edge of a card; a clock's rim is one too.
    if (this.lineWidth > 1 && this.lineWidth !== RIM && this.globalAlpha === 1)
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
  ['guestbook', '', sheets.guestbook[0]?.[1]],
  ['online', ''],
  ['online', '', { visitors: 0 }],
  ['poll', '', sheets.poll[1]?.[1]],
  ['rooms', '', { data: table }],
  ['sine', 'thickness=4'],
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
const hitStyles = ['odometer', 'led', 'flip', 'plain']

function expectReadable(theme: keyof typeof pages): void {
  const seen = marks.flatMap(({ text, color, grounds }) =>
    pages[theme].flatMap((page) =>
      grounds.map((ground) => ({
        text,
        color,
        page,
        ground,
        contrast: contrast(color, blend(ground, page)),
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
