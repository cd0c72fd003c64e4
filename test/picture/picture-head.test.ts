import { describe, expect, test } from 'vitest'
import type { Format } from '../../src/picture/frame.ts'
import { readPictureHead, SENT_FORMATS } from '../../src/picture/picture-head.ts'
import { readSvgSize } from '../../src/picture/svg-size.ts'
import { plainFrame } from '../support/frames.ts'

const files = SENT_FORMATS.map(
  (format) =>
    [format, plainFrame('#123456', { format: format as Format, width: 31, height: 17 }).bytes] as const,
)

describe('the head of a picture', () => {
  test.each(files)('names the format and size of a %s', (format, bytes) => {
    expect(readPictureHead(bytes)).toEqual({ format, width: 31, height: 17 })
    // Some encoders pad their files.
    expect(readPictureHead(Buffer.concat([bytes, Buffer.alloc(10)]))?.format).toBe(format)
  })

  test.each(files)('is none where a %s is cut anywhere', (_format, bytes) => {
    for (let length = 0; length < bytes.length - 12; length += 7)
      expect(readPictureHead(bytes.subarray(0, length))).toBeUndefined()
  })

  test('is none where a GIF is cut after a byte that could be its end', () => {
    const { bytes } = plainFrame('#123456', { format: 'gif', width: 31, height: 17 })
    const comment = Buffer.from('21fe043b3b3b3b00', 'hex')
    const whole = Buffer.concat([bytes.subarray(0, -1), comment, bytes.subarray(-1)])
    expect(readPictureHead(whole)?.format).toBe('gif')
    for (let cut = 1; cut < 12; cut += 1)
      expect(readPictureHead(whole.subarray(0, whole.length - cut))).toBeUndefined()
  })

  test.each([
    ['4949', 1, false],
    ['4949', 6, true],
    ['4949', 8, true],
    ['4d4d', 5, true],
    ['4d4d', 3, false],
  ])('has the size of a JPEG as it is shown: %s, orientation %i', (order, orientation, isTurned) => {
    const { bytes } = plainFrame('#123456', { format: 'jpeg', width: 31, height: 17 })
    const head = order === '4949' ? '2a000800000001001201030001000000' : '002a000000080001011200030000000100'
    const value = order === '4949' ? `0${orientation}000000` : `0${orientation}0000`
    const tiff = `${order}${head}${value}00000000`
    const exif = Buffer.from(`ffe10000${Buffer.from('Exif\0\0').toString('hex')}${tiff}`, 'hex')
    exif.writeUInt16BE(exif.length - 2, 2)
    const turned = Buffer.concat([bytes.subarray(0, 2), exif, bytes.subarray(2)])
    const size = isTurned ? { width: 17, height: 31 } : { width: 31, height: 17 }
    expect(readPictureHead(turned)).toEqual({ format: 'jpeg', ...size })
    for (let length = 4; length < exif.length; length += 1) readPictureHead(turned.subarray(0, length))
  })

  test('is read from lossless and extended WebPs too', () => {
    const webp = (kind: string, data: string) => {
      const body = Buffer.concat([Buffer.from(`WEBP${kind}`), Buffer.from(data, 'hex'), Buffer.alloc(20)])
      const size = Buffer.alloc(4)
      size.writeUInt32LE(body.length)
      return Buffer.concat([Buffer.from('RIFF'), size, body])
    }
    // A length, the signature 2f, then 14 bits each: 31 - 1 and 17 - 1.
    expect(readPictureHead(webp('VP8L', '100000002f1e000400'))).toEqual({
      format: 'webp',
      width: 31,
      height: 17,
    })
    expect(readPictureHead(webp('VP8X', '0a000000100000001e0000100000'))).toEqual({
      format: 'webp',
      width: 31,
      height: 17,
    })
  })
})

describe('the size of an SVG', () => {
  test.each([
    ['<svg width="30" height="20"/>', 30, 20],
    [
      "<?xml version='1.0'?><!-- <svg width='9'/> --><!DOCTYPE svg><svg\n width = '1in' height='72pt'>",
      96,
      96,
    ],
    ['<svg viewBox="0 0 40 10">', 40, 10],
    ['<svg viewBox="0,0,40,10" width="80">', 80, 20],
    ['<svg viewBox="0 0 40 10" width="100%" height="50">', 200, 50],
    ['<svg width="200">', 200, 150],
    ['<svg>', 300, 150],
  ])('of %s is %ix%i', (text, width, height) => {
    expect(readSvgSize(text)).toEqual({ width, height })
  })

  test.each(['', '<html><svg>', '<svgx>', '<!-- <svg>', '<svg width="9"', 'svg'])(
    'is none for %j',
    (text) => {
      expect(readSvgSize(text)).toBeUndefined()
    },
  )
})
