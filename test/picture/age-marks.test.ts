import { createCanvas, loadImage } from '@napi-rs/canvas'
import { describe, expect, test } from 'vitest'
import { AgeMarks, formatAge } from '../../src/picture/age-marks.ts'
import { paint } from '../../src/picture/encode.ts'
import { createFrame, FORMATS, type Frame } from '../../src/picture/frame.ts'

const MINUTES = 3 * 60_000

function draw(format: Frame['format'], { width = 200, height = 100, scale = 1, device = {} } = {}) {
  const sheet = {
    format,
    width,
    height,
    scale,
    quality: 90,
    title: 'Build',
    ...(format === 'bmp' && { device }),
  }
  const frame = paint(sheet, (ctx) => {
    ctx.fillStyle = '#ffffff'
    ctx.fillRect(0, 0, width, height)
  })
  return { sheet, frame }
}

/** The share of pixels that are not white. */
async function inkOf({ bytes, width, height }: Frame): Promise<number> {
  const canvas = createCanvas(width, height)
  const ctx = canvas.getContext('2d')
  ctx.drawImage(await loadImage(bytes), 0, 0, width, height)
  const { data } = ctx.getImageData(0, 0, width, height)
  let dark = 0
  for (let at = 0; at < data.length; at += 4) if ((data[at] as number) < 128) dark += 1
  return dark / (width * height)
}

describe('a still that is not current', () => {
  test.each(FORMATS)('carries the mark as %s, in the size that it had', async (format) => {
    const { frame, sheet } = draw(format)
    const marked = await new AgeMarks().add(frame, sheet, MINUTES)
    expect(marked).toMatchObject({ format, width: 200, height: 100 })
    expect(marked.etag).not.toBe(frame.etag)
    expect(await inkOf(marked)).toBeGreaterThan((60 * 16 * 0.5) / (200 * 100))
    if (format === 'svg') expect(marked.bytes.toString()).toContain('<title>Build (3 min old)</title>')
  })

  test('keeps its device pixels, its bits and its orientation', async () => {
    const device = { bits: 1, rotate: 90 } as const
    const { frame, sheet } = draw('bmp', { device })
    const marked = await new AgeMarks().add(frame, { ...sheet, device }, MINUTES)
    expect(marked).toMatchObject({ width: 100, height: 200 })
    expect(marked.bytes.subarray(0, 30)).toEqual(frame.bytes.subarray(0, 30))
    const sharp = draw('png', { scale: 3 })
    const { bytes } = await new AgeMarks().add(sharp.frame, sharp.sheet, MINUTES)
    expect(bytes.readUInt32BE(16)).toBe(600)
  })

  test('has only a sign where words would cover the picture, and nothing where that would', async () => {
    const badge = draw('svg', { width: 90, height: 20 })
    const { bytes } = await new AgeMarks().add(badge.frame, badge.sheet, MINUTES)
    expect(bytes.toString()).not.toContain('<text')
    expect(bytes.toString()).toContain('translate(76 6)')
    const dot = draw('png', { width: 10, height: 10 })
    expect(await new AgeMarks().add(dot.frame, dot.sheet, MINUTES)).toBe(dot.frame)
  })

  test('is painted once for each age, and stays as it is when it cannot be decoded or is too large', async () => {
    const marks = new AgeMarks()
    const { frame, sheet } = draw('png')
    const first = await marks.add(frame, sheet, 12_000)
    expect(await marks.add(frame, sheet, 19_000)).toBe(first)
    expect(await marks.add(frame, sheet, 20_000)).not.toBe(first)
    const broken = createFrame('png', Buffer.from('no picture'), 200, 100)
    expect(await marks.add(broken, sheet, MINUTES)).toBe(broken)
    const large = { ...frame, width: 4_000, height: 2_000, etag: '"large"' }
    expect(await marks.add(large, sheet, MINUTES)).toBe(large)
  })

  test('stays as it is while too much has been painted', async () => {
    let time = 0
    // Each painting takes 600 ms of this clock, of the 1000 that there are at first.
    const marks = new AgeMarks(() => (time += 600))
    const { frame, sheet } = draw('png')
    const isMarked = async (etag: string) =>
      (await marks.add({ ...frame, etag }, sheet, MINUTES)).etag !== etag
    expect([await isMarked('"a"'), await isMarked('"b"'), await isMarked('"c"')]).toEqual([true, true, false])
  })

  test.each([
    [0, '1 s old'],
    [9_999, '9 s old'],
    [59_999, '50 s old'],
    [60_000, '1 min old'],
    [3_599_000, '59 min old'],
    [3_600_000, '1 h old'],
    [200_000_000, '2 d old'],
  ])('of %i ms is %s', (age, text) => {
    expect(formatAge(age)).toBe(text)
  })
})
