import { createCanvas, loadImage } from '@napi-rs/canvas'
import { describe, expect, test } from 'vitest'
import {
  endOfJpegFrameHeader,
  JPEG_COMMENT_BYTES,
  JPEG_START_BYTES,
  jpegComment,
  readJpegSize,
} from '../../src/picture/jpeg.ts'

function encode(width: number, height: number): Buffer {
  return createCanvas(width, height).encodeSync('jpeg', 80)
}

describe('the frame header of a JPEG', () => {
  test('ends at its own length, and contains the size of the picture', () => {
    const jpeg = encode(40, 20)
    const end = endOfJpegFrameHeader(jpeg)
    const header = jpeg.subarray(jpeg.indexOf(Buffer.from([0xff, 0xc0])), end)
    expect(header.readUInt16BE(2)).toBe(header.length - 2)
    expect([header.readUInt16BE(7), header.readUInt16BE(5)]).toEqual([40, 20])
    expect(readJpegSize(jpeg)).toEqual({ width: 40, height: 20 })
  })

  // Read from its end, such a height looks like the marker of a header with one component.
  test.each([255, 511, 767])('is read whole if the height is %i', (height) => {
    expect(readJpegSize(encode(40, height))).toEqual({ width: 40, height })
  })

  test.each([
    ['no bytes', Buffer.alloc(0)],
    ['only the start', Buffer.from('ffd8', 'hex')],
    ['a scan without a header before it', Buffer.from('ffd8ffda000401020304', 'hex')],
    ['a table in the range of the frame headers', Buffer.from('ffd8ffc40004010203', 'hex')],
    ['a header that is cut off', Buffer.from('ffd8ffc000400800', 'hex')],
    ['bytes that are no marker', Buffer.from('ffd800112233445566', 'hex')],
  ])('is not found in %s', (_, bytes) => {
    expect(endOfJpegFrameHeader(bytes)).toBe(0)
    expect(readJpegSize(bytes)).toBeUndefined()
  })
})

test.each([0, 1, JPEG_COMMENT_BYTES])('a comment of %i bytes changes nothing on screen', async (length) => {
  const jpeg = encode(40, 20)
  const comment = jpegComment(length)
  const longer = Buffer.concat([jpeg.subarray(0, JPEG_START_BYTES), comment, jpeg.subarray(JPEG_START_BYTES)])
  expect(comment.length).toBe(length + 4)
  expect(await loadImage(longer)).toMatchObject({ width: 40, height: 20 })
})
