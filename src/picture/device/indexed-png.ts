import { deflateSync } from 'node:zlib'
import { PNG_END, PNG_SIGNATURE, pngChunk } from '../png.ts'
import { grays, type IndexedPicture, packRow } from './indexed.ts'

/** PNG, third edition, section 11.2.1. */
const GRAYSCALE = 0
const PALETTE = 3
/** Indexed rows compress best without a filter (section 12.7). */
const NO_FILTER = 0

/**
 * Encodes a picture of few colours as a PNG with its number of bits a pixel: colour type 0 if its colours are the greys of
 * that depth, as e-paper firmware expects, otherwise type 3 with a palette. It has no alpha.
 */
export function encodeIndexedPng(picture: IndexedPicture): Buffer {
  const { width, height, indices, colors, bits } = picture
  const rowBytes = Math.ceil((width * bits) / 8)
  const rows = Buffer.alloc((rowBytes + 1) * height)
  for (let y = 0; y < height; y += 1) {
    rows[y * (rowBytes + 1)] = NO_FILTER
    packRow(indices.subarray(y * width, (y + 1) * width), bits, rows, y * (rowBytes + 1) + 1)
  }
  const isGray = String(colors) === String(grays(bits))
  const header = Buffer.alloc(13)
  header.writeUInt32BE(width, 0)
  header.writeUInt32BE(height, 4)
  header[8] = bits
  header[9] = isGray ? GRAYSCALE : PALETTE
  return Buffer.concat([
    PNG_SIGNATURE,
    pngChunk('IHDR', header),
    ...(isGray ? [] : [pngChunk('PLTE', Buffer.from(colors.flat()))]),
    pngChunk('IDAT', deflateSync(rows, { level: 9 })),
    PNG_END,
  ])
}
