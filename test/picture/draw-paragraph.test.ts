import { createCanvas } from '@napi-rs/canvas'
import { expect, test } from 'vitest'
import { drawParagraph, measureParagraph } from '../../src/picture/draw-paragraph.ts'
import { textWidth } from '../../src/picture/text.ts'

const LONG = 'Pictures that change while you look at them, in a page, a readme or a forum post.'

/** Where a paragraph leaves ink. */
function inkOf(text: string, options: Parameters<typeof drawParagraph>[4]) {
  const canvas = createCanvas(300, 200)
  const ctx = canvas.getContext('2d')
  drawParagraph(ctx, text, 20, 10, options)
  const { data } = ctx.getImageData(0, 0, 300, 200)
  const points = Array.from({ length: 300 * 200 }, (_, at) => at).filter((at) => (data[at * 4 + 3] ?? 0) > 60)
  const [xs, ys] = [points.map((at) => at % 300), points.map((at) => Math.floor(at / 300))]
  return { left: Math.min(...xs), right: Math.max(...xs), top: Math.min(...ys), bottom: Math.max(...ys) }
}

test('a paragraph wraps to its width, and says its size', () => {
  const { lines, width, height, isCut } = measureParagraph(LONG, { size: 14, width: 200 })
  expect(lines.join(' ')).toBe(LONG)
  expect(lines.length).toBeGreaterThan(2)
  expect(Math.max(...lines.map((line) => textWidth(line, '400 14px Inter')))).toBe(width)
  expect([width <= 200, height, isCut]).toEqual([true, lines.length * 14 * 1.4, false])
  const ink = inkOf(LONG, { size: 14, width: 200 })
  expect([ink.left >= 20, ink.right <= 221, ink.top >= 10, ink.bottom <= 10 + height]).toEqual([
    true,
    true,
    true,
    true,
  ])
})

test('a paragraph of too many lines ends in an ellipsis that fits', () => {
  const { lines, isCut } = measureParagraph(LONG, { size: 14, width: 200, lines: 2 })
  expect([lines.length, isCut]).toEqual([2, true])
  expect(lines[1]).toMatch(/\w…$/)
  expect(textWidth(lines[1] ?? '', '400 14px Inter')).toBeLessThanOrEqual(200)
  expect(measureParagraph('one\ntwo', { size: 14, width: 200, lines: 2 })).toMatchObject({ isCut: false })
})

test.each([
  ['start', 'left'],
  ['end', 'right'],
  ['center', 'middle'],
] as const)('aligned at its %s, it stands %s', (align, place) => {
  const { left, right } = inkOf('short', { size: 14, width: 260, align })
  const [before, after] = [left - 20, 280 - right]
  const found = Math.abs(before - after) < 4 ? 'middle' : before < after ? 'left' : 'right'
  expect(found).toBe(place)
})

test('Hebrew starts on the right, each paragraph for itself', () => {
  const hebrew = inkOf('שלום', { size: 14, width: 260 })
  expect(280 - hebrew.right).toBeLessThan(4)
  const both = inkOf('שלום\nhello', { size: 14, width: 260 })
  expect([both.left - 20 < 4, 280 - both.right < 4]).toEqual([true, true])
})

test('no words are lost where no font has a letter', () => {
  expect(measureParagraph('\u{1F9CC}\u{1F9CC}', { size: 14, width: 200 }).lines[0]).not.toBe('')
})
