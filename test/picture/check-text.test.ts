import { createCanvas } from '@napi-rs/canvas'
import { expect, test } from 'vitest'
import { drawParagraph, measureParagraph } from '../../src/picture/draw-paragraph.ts'
import { drawText } from '../../src/picture/draw-text.ts'

const ctx = createCanvas(100, 40).getContext('2d')

test.each<[string, () => unknown]>([
  ['drawText: expected text, got nothing', () => drawText(ctx, undefined as never, 1, 1, { size: 9 })],
  ['drawText: expected `size` to be a number, got nothing', () => drawText(ctx, 'a', 1, 1, {} as never)],
  [
    'drawParagraph: expected `width` to be a number, got nothing',
    () => drawParagraph(ctx, 'a', 1, 1, { size: 9 } as never),
  ],
  ['measureParagraph: expected text, got null', () => measureParagraph(null as never, { size: 9, width: 9 })],
])('%s', (message, draw) => {
  expect(draw).toThrow(message)
})

test('a number is drawn as its digits', () => {
  expect(measureParagraph(42 as never, { size: 9, width: 90 }).lines).toEqual(['42'])
})
