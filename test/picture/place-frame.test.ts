import { describe, expect, test } from 'vitest'
import { frameSize, parseCrop, placeFrame } from '../../src/picture/place-frame.ts'

const frame = { width: 400, height: 200 }

describe('the size of a picture of a frame', () => {
  test.each([
    [{ width: 0, height: 0 }, '', { width: 400, height: 200 }],
    [{ width: 100, height: 0 }, '', { width: 100, height: 50 }],
    [{ width: 0, height: 50 }, '', { width: 100, height: 50 }],
    [{ width: 10, height: 90 }, '', { width: 10, height: 90 }],
    [{ width: 0, height: 0 }, '0,0,50,100', { width: 200, height: 200 }],
    [{ width: 1, height: 0 }, '', { width: 1, height: 1 }],
  ])('that asks for %o with the crop %j is %o', (asked, crop, size) => {
    expect(frameSize(asked, crop, frame)).toEqual(size)
  })
})

describe('a frame in a square', () => {
  const square = { width: 100, height: 100 }
  const whole = { x: 0, y: 0, ...frame }
  test.each([
    ['contain', '', whole, { x: 0, y: 25, width: 100, height: 50 }],
    ['cover', '', { x: 100, y: 0, width: 200, height: 200 }, { x: 0, y: 0, ...square }],
    ['fill', '', whole, { x: 0, y: 0, ...square }],
    ['contain', '50,0,50,100', { x: 200, y: 0, width: 200, height: 200 }, { x: 0, y: 0, ...square }],
  ] as const)('with fit=%s and crop=%s', (fit, crop, from, to) => {
    expect(placeFrame(frame, square, { fit, crop })).toEqual({ from, to })
  })
})

test.each(['1', '0,0,0,10', '0,0,101,1', '60,0,50,10', 'a,b,c,d', '0,0,1,', '-1,0,1,1'])(
  '%s is no crop',
  (text) => {
    expect(parseCrop(text)).toBeUndefined()
  },
)
