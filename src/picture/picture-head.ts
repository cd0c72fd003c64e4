import { hasGifEnd } from './gif-end.ts'
import { readJpegSize } from './jpeg.ts'
import { isTransposed } from './jpeg-orientation.ts'
import { PNG_HEADER_BYTES, PNG_SIGNATURE } from './png.ts'
import { readSvgSize } from './svg-size.ts'

/** The formats of pictures that others send. */
export const SENT_FORMATS = ['png', 'jpeg', 'webp', 'gif', 'svg'] as const

/** One of `SENT_FORMATS`. */
export type SentFormat = (typeof SENT_FORMATS)[number]

/** The first bytes of an encoded picture, read without decoding it. */
export interface PictureHead {
  format: SentFormat
  /** Pixels. */
  width: number
  height: number
}

const JPEG_END = Buffer.from([0xff, 0xd9])
const PNG_END = Buffer.from('0000000049454e44ae426082', 'hex')
const SVG_TEXT = 1_000
/** A few encoders add zeros, or a line break, after the end of a picture. */
const PADDING = 64

/**
 * Returns the format and the size of a picture; undefined for bytes that are none, or that end before the picture does: a
 * browser gives up a stream at the first such part. The bytes between are not decoded.
 */
export function readPictureHead(bytes: Buffer): PictureHead | undefined {
  const head = readJpegHead(bytes) ?? readPng(bytes) ?? readGif(bytes) ?? readWebp(bytes) ?? readSvg(bytes)
  return head && head.width > 0 && head.height > 0 ? head : undefined
}

/** PNG, section 11.2.1: the first chunk has the size. */
function readPng(bytes: Buffer): PictureHead | undefined {
  if (bytes.length < PNG_HEADER_BYTES || !startsWith(bytes, PNG_SIGNATURE)) return undefined
  if (bytes.toString('latin1', 12, 16) !== 'IHDR' || !endsWith(bytes, PNG_END)) return undefined
  return { format: 'png', width: bytes.readUInt32BE(16), height: bytes.readUInt32BE(20) }
}

/** The head of a JPEG as it is shown; undefined for bytes that are none, or that end before the picture does. */
export function readJpegHead(bytes: Buffer): PictureHead | undefined {
  if (bytes[0] !== 0xff || bytes[1] !== 0xd8) return undefined
  // Mostly nothing comes after it, and thirty times a second a search costs more than a look.
  const isWhole = bytes[bytes.length - 2] === 0xff && bytes[bytes.length - 1] === 0xd9
  if (!isWhole && !endsWith(bytes, JPEG_END)) return undefined
  const size = readJpegSize(bytes)
  if (!size || size.width === 0 || size.height === 0) return undefined
  const { width, height } = size
  if (isTransposed(bytes)) return { format: 'jpeg', width: height, height: width }
  return { format: 'jpeg', width, height }
}

/** GIF89a, section 18. */
function readGif(bytes: Buffer): PictureHead | undefined {
  if (bytes.length < 14 || !/^GIF8[79]a$/.test(bytes.toString('latin1', 0, 6))) return undefined
  if (!hasGifEnd(bytes)) return undefined
  return { format: 'gif', width: bytes.readUInt16LE(6), height: bytes.readUInt16LE(8) }
}

/** RFC 9649, section 2.5 to 2.7: lossy, lossless and extended files say their size differently. */
function readWebp(bytes: Buffer): PictureHead | undefined {
  const text = (from: number, to: number) => bytes.toString('latin1', from, to)
  if (bytes.length < 30 || text(0, 4) !== 'RIFF' || text(8, 12) !== 'WEBP') return undefined
  if (bytes.readUInt32LE(4) + 8 > bytes.length) return undefined
  switch (text(12, 16)) {
    case 'VP8 ':
      return {
        format: 'webp',
        width: bytes.readUInt16LE(26) & 0x3fff,
        height: bytes.readUInt16LE(28) & 0x3fff,
      }
    case 'VP8L': {
      const bits = bytes.readUInt32LE(21)
      return { format: 'webp', width: (bits & 0x3fff) + 1, height: ((bits >>> 14) & 0x3fff) + 1 }
    }
    case 'VP8X':
      return { format: 'webp', width: bytes.readUIntLE(24, 3) + 1, height: bytes.readUIntLE(27, 3) + 1 }
    default:
      return undefined
  }
}

function readSvg(bytes: Buffer): PictureHead | undefined {
  const start = bytes
    .toString('utf8', 0, SVG_TEXT)
    .replace(/^\uFEFF/, '')
    .trimStart()
  if (!start.startsWith('<') || !bytes.includes('</svg>', -PADDING)) return undefined
  const size = readSvgSize(bytes.toString('utf8', 0, bytes.length))
  return size && { format: 'svg', ...size }
}

function startsWith(bytes: Buffer, start: Buffer): boolean {
  return bytes.subarray(0, start.length).equals(start)
}

function endsWith(bytes: Buffer, end: Buffer): boolean {
  return bytes.includes(end, Math.max(0, bytes.length - end.length - PADDING))
}
