import { expect, test } from 'vitest'
import { decode } from '../../src/picture/compare.ts'
import { drawFrame, NOON } from './sheets.ts'

const BLACK = 0xa0

/** The device pixels of the hands that a label hides. */
async function countHidden(label: string, time: number): Promise<number> {
  const draw = (text: string) => drawFrame('clock', `seconds=off&label=${text}`, { time }).bytes
  const [plain, labelled] = await Promise.all([decode(draw('')), decode(draw(label))])
  const isInk = (data: Uint8ClampedArray, at: number) => (data[at] ?? 255) < BLACK && data[at + 3] === 255
  let hidden = 0
  for (let at = 0; at < plain.data.length; at += 4)
    if (isInk(plain.data, at) && !isInk(labelled.data, at)) hidden += 1
  return hidden
}

test('a short label of a clock hides no hand at any time', async () => {
  for (let minute = 0; minute < 720; minute += 29)
    expect
      .soft(await countHidden('UTC', NOON + minute * 60_000), `${minute} minutes after 12`)
      .toBeLessThan(4)
})

test('a long label of a clock does not hide the hour hand', async () => {
  for (const minute of [15, 195, 375, 555])
    expect
      .soft(await countHidden('Buenos Aires', NOON + minute * 60_000), `${minute} minutes after 12`)
      .toBeLessThan(4)
})
