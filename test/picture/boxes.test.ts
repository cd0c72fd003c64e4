import { expect, test } from 'vitest'
import { column, row } from '../../src/picture/boxes.ts'

test('a row divides what its pixels leave by shares', () => {
  expect(row([10, 20, 300, 50], [40, '1fr', '2fr'], { gap: 10, padding: 5 })).toEqual([
    [15, 25, 40, 40],
    [65, 25, 230 / 3, 40],
    [65 + 230 / 3 + 10, 25, 460 / 3, 40],
  ])
})

test('a column does the same from top to bottom', () => {
  expect(column([0, 0, 100, 90], ['1fr', 30], { gap: 10 })).toEqual([
    [0, 0, 100, 50],
    [0, 60, 100, 30],
  ])
})

test('shares get nothing where the pixels do not fit', () => {
  expect(row([0, 0, 50, 10], [60, '1fr'])).toEqual([
    [0, 0, 60, 10],
    [60, 0, 0, 10],
  ])
})

test.each([-1, Number.NaN, '2px', 'fr'])('%s is no length', (track) => {
  expect(() => row([0, 0, 10, 10], [track as never])).toThrow(/expected a length in pixels or a share/)
})
