import { createCanvas, loadImage } from '@napi-rs/canvas'
import { expect, test } from 'vitest'
import { errorCard } from '../../src/picture/card.ts'

/** Whether a card has the red of a mark left of its middle. */
async function marked(width: number, height: number): Promise<boolean> {
  const { bytes } = errorCard({ width, height, scale: 1, format: 'png', quality: 90 }, 'clock failed to draw')
  const ctx = createCanvas(width, height).getContext('2d')
  ctx.drawImage(await loadImage(Buffer.from(bytes)), 0, 0)
  const middle = ctx.getImageData(Math.floor(width / 2 - height / 5), Math.floor(height / 2), 1, 1).data
  return middle[0] === 0xc4 && middle[1] === 0x31
}

test.each([
  [40, 20],
  [20, 20],
  [32, 32],
  [100, 7],
])('a card of %i x %i, too small for its words, is a mark', async (width, height) => {
  expect(await marked(width, height)).toBe(true)
})

test.each([
  [60, 40],
  [100, 20],
  [120, 12],
])('a card of %i x %i has words', async (width, height) => {
  expect(await marked(width, height)).toBe(false)
})
