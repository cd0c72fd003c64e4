import { type IndexedPicture, packRow } from './indexed.ts'

/** BITMAPFILEHEADER and BITMAPINFOHEADER, which every reader since Windows 3.0 supports. */
const FILE_HEADER_BYTES = 14
const INFO_HEADER_BYTES = 40
const HEADER_BYTES = FILE_HEADER_BYTES + INFO_HEADER_BYTES
/** Blue, green, red and a zero. */
const ENTRY_BYTES = 4
/** 96 pixels an inch, as pixels per metre. */
const PIXELS_A_METRE = 3780

/**
 * Encodes a picture of few colours as a BMP of 1, 4 or 8 bits a pixel. BMP has no 2 bits, so those take 4. An 800 x 480
 * picture of 1 bit has 48 062 bytes, as TRMNL's panels expect it.
 */
export function encodeBmp({ width, height, indices, colors, bits }: IndexedPicture): Buffer {
  const depth = bits === 2 ? 4 : bits
  const rowBytes = toRowBytes(width * depth)
  const entries = depth === 1 ? 2 : colors.length
  const offset = HEADER_BYTES + entries * ENTRY_BYTES
  const bmp = Buffer.alloc(offset + rowBytes * height)
  writeHeader(bmp, { width, height, depth, offset, entries })
  colors.forEach(([red, green, blue], index) => {
    bmp.set([blue, green, red, 0], HEADER_BYTES + index * ENTRY_BYTES)
  })
  for (let y = 0; y < height; y += 1) {
    const row = indices.subarray(y * width, (y + 1) * width)
    packRow(row, depth, bmp, offset + (height - 1 - y) * rowBytes)
  }
  return bmp
}

/** Encodes opaque RGBA pixels as a BMP of 24 bits a pixel. */
export function encodeTrueColorBmp(rgba: Uint8ClampedArray, width: number): Buffer {
  const height = rgba.length / 4 / width
  const rowBytes = toRowBytes(width * 24)
  const bmp = Buffer.alloc(HEADER_BYTES + rowBytes * height)
  writeHeader(bmp, { width, height, depth: 24, offset: HEADER_BYTES, entries: 0 })
  for (let y = 0; y < height; y += 1) {
    let to = HEADER_BYTES + (height - 1 - y) * rowBytes
    for (let from = y * width * 4; from < (y + 1) * width * 4; from += 4) {
      bmp[to] = rgba[from + 2] as number
      bmp[to + 1] = rgba[from + 1] as number
      bmp[to + 2] = rgba[from] as number
      to += 3
    }
  }
  return bmp
}

interface Header {
  width: number
  height: number
  depth: number
  /** The offset of the pixels. */
  offset: number
  /** The number of colours in the table. */
  entries: number
}

/** Positive: the rows run from the bottom up, the only order that the smallest readers support. */
function writeHeader(bmp: Buffer, { width, height, depth, offset, entries }: Header): void {
  bmp.write('BM', 0, 'latin1')
  bmp.writeUInt32LE(bmp.length, 2)
  bmp.writeUInt32LE(offset, 10)
  bmp.writeUInt32LE(INFO_HEADER_BYTES, FILE_HEADER_BYTES)
  bmp.writeInt32LE(width, 18)
  bmp.writeInt32LE(height, 22)
  bmp.writeUInt16LE(1, 26)
  bmp.writeUInt16LE(depth, 28)
  bmp.writeUInt32LE(bmp.length - offset, 34)
  bmp.writeInt32LE(PIXELS_A_METRE, 38)
  bmp.writeInt32LE(PIXELS_A_METRE, 42)
  bmp.writeUInt32LE(entries, 46)
}

/** Rows are whole multiples of four bytes. */
function toRowBytes(bits: number): number {
  return Math.ceil(bits / 32) * 4
}
