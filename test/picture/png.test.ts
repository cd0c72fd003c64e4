import { expect, test } from 'vitest'
import { findPngDamage } from '../../src/picture/png.ts'
import { noisyFrame } from '../support/frames.ts'

const png = noisyFrame(1, 40).bytes
const changed = Buffer.from(png)
changed.fill(0, 60, 200)

test.each([
  ['a whole PNG', png, undefined],
  ['one with more after its end', Buffer.concat([png, Buffer.from('more')]), undefined],
  ['one of which bytes were changed', changed, 'a checksum is wrong'],
  ['one that is cut within a chunk', png.subarray(0, 100), 'a chunk is cut short'],
  ['one without an end', png.subarray(0, -12), 'it has no end'],
])('the damage of %s', (_, bytes, damage) => {
  expect(findPngDamage(bytes)).toBe(damage)
})
