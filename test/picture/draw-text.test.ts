import { createCanvas } from '@napi-rs/canvas'
import { describe, expect, test } from 'vitest'
import { type DrawTextOptions, drawText } from '../../src/picture/draw-text.ts'

/** The box of what was drawn at the middle of a canvas of 400 x 100. */
function inkOf(text: string, options: DrawTextOptions) {
  const ctx = createCanvas(400, 100).getContext('2d')
  drawText(ctx, text, 200, 50, options)
  const { data } = ctx.getImageData(0, 0, 400, 100)
  const inked = Array.from({ length: 40_000 }, (_, at) => at).filter((at) => Number(data[at * 4 + 3]) > 100)
  const [xs, ys] = [inked.map((at) => at % 400), inked.map((at) => Math.floor(at / 400))]
  return { left: Math.min(...xs), right: Math.max(...xs), top: Math.min(...ys), bottom: Math.max(...ys) }
}

describe('a line of text', () => {
  test('has its capitals centred, upright and across', () => {
    const { left, right, top, bottom } = inkOf('HHH', { size: 40 })
    expect(Math.abs((top + bottom + 1) / 2 - 50)).toBeLessThanOrEqual(0.5)
    expect(Math.abs((left + right + 1) / 2 - 200)).toBeLessThanOrEqual(1)
  })

  test('is set smaller before it is cut, and never wider than it may be', () => {
    const fitting = inkOf('MMMM', { size: 40, width: 100 })
    expect(fitting.bottom - fitting.top).toBeLessThan(28)
    expect(fitting.right - fitting.left).toBeLessThanOrEqual(100)
    const cut = inkOf('MMMMMMMMMMMM', { size: 40, width: 100 })
    expect(cut.right - cut.left).toBeLessThanOrEqual(100)
    expect(cut.bottom - cut.top).toBeGreaterThanOrEqual(16)
  })

  test.each([
    ['left', 'left'],
    ['right', 'right'],
  ] as const)('aligned %s is so from right to left too', (align, side) => {
    for (const text of ['HHH', '\u200fHHH']) {
      expect(Math.abs(inkOf(text, { size: 40, align })[side] - 200)).toBeLessThan(6)
    }
  })

  test('leaves the context as it was', () => {
    const ctx = createCanvas(10, 10).getContext('2d')
    const state = () => [ctx.font, ctx.textAlign, ctx.direction, ctx.fillStyle, ctx.fontVariantNumeric]
    const before = state()
    drawText(ctx, 'שלום', 5, 5, { size: 8, color: 'red', tabular: true, align: 'right' })
    expect(state()).toEqual(before)
  })
})
