import { loadImage } from '@napi-rs/canvas'
import { describe, expect, test } from 'vitest'
import { readPngChunks } from '../../src/picture/png.ts'
import { StaleMarks } from '../../src/picture/stale-mark.ts'
import { plainFrame } from '../support/frames.ts'
import { pixelOf } from '../support/pixels.ts'

const DELAY = 20_000
const marks = new StaleMarks()
/** Its chunks, without those about its colours. */
const chunksOf = (png: Buffer) => readPngChunks(png).filter(({ type }) => type !== 'sBIT' && type !== 'sRGB')
const sized = (width: number, height: number) => plainFrame('red', { width, height }).bytes

describe('a picture that marks itself as stale', () => {
  test('is an APNG of four frames that plays once: the picture, twice for a moment and then for the delay, and a mark over it', () => {
    const chunks = chunksOf(marks.add(sized(200, 40), 1, DELAY))
    expect(chunks.map(({ type }) => type)).toEqual([
      ...['IHDR', 'acTL', 'fcTL', 'IDAT', 'fcTL', 'fdAT', 'fcTL', 'fdAT', 'fcTL', 'fdAT', 'IEND'],
    ])
    const [, control, first, , second, , third, , fourth] = chunks.map(({ data }) => data)
    expect([control?.readUInt32BE(0), control?.readUInt32BE(4)]).toEqual([4, 1])
    const frames = [first, second, third, fourth].map((data) => ({
      sequence: data?.readUInt32BE(0),
      size: [data?.readUInt32BE(4), data?.readUInt32BE(8)],
      at: [data?.readUInt32BE(12), data?.readUInt32BE(16)],
      delay: ((data?.readUInt16BE(20) ?? 0) / (data?.readUInt16BE(22) ?? 1)) * 1000,
      isOver: data?.[25] === 1,
    }))
    expect(frames).toEqual([
      { sequence: 0, size: [200, 40], at: [0, 0], delay: 10, isOver: false },
      { sequence: 1, size: [1, 1], at: [0, 0], delay: 10, isOver: true },
      { sequence: 3, size: [1, 1], at: [0, 0], delay: DELAY, isOver: true },
      { sequence: 5, size: [60, 16], at: [138, 22], delay: DELAY, isOver: true },
    ])
  })

  test('takes delays of minutes', () => {
    const [, , , , , , third] = chunksOf(marks.add(sized(200, 40), 1, 300_000))
    expect([third?.data.readUInt16BE(20), third?.data.readUInt16BE(22)]).toEqual([300, 1])
  })

  test('looks the same for a program that shows the first frame only', async () => {
    const image = await loadImage(marks.add(sized(200, 40), 1, DELAY))
    expect([image.width, image.height, ...(await pixelOf(image)).slice(0, 3)]).toEqual([200, 40, 255, 0, 0])
  })

  test.each([
    [200, 40, 1, 60],
    [400, 80, 2, 120],
    [600, 120, 3, 180],
    [68, 20, 1, 60],
    [59, 40, 1, 12],
    [40, 20, 1, 12],
    [200, 15, 1, 12],
  ])('%i x %i at scale %i has a mark %i pixels wide, inside of it', (width, height, scale, expected) => {
    const third = readPngChunks(marks.add(sized(width, height), scale, DELAY)).at(-3)?.data as Buffer
    const [markWidth, markHeight, x, y] = [4, 8, 12, 16].map((at) => third.readUInt32BE(at)) as [
      number,
      number,
      number,
      number,
    ]
    expect(markWidth).toBe(expected)
    expect(x + markWidth).toBeLessThanOrEqual(width)
    expect(y + markHeight).toBeLessThanOrEqual(height)
  })

  test('costs half a kilobyte', () => {
    const png = sized(200, 40)
    expect(marks.add(png, 1, DELAY).length - png.length).toBeLessThan(540)
  })

  test('stays as it is where there is no room for a mark, or no alpha', () => {
    const tiny = sized(11, 40)
    expect(marks.add(tiny, 1, DELAY)).toBe(tiny)
    const grey = Buffer.from(sized(200, 40))
    grey[25] = 0
    expect(marks.add(grey, 1, DELAY)).toBe(grey)
  })
})
