import { crc32 } from 'node:zlib'

/** One picture of an animated PNG, as its fcTL chunk describes it. */
export interface ApngPicture {
  width: number
  height: number
  x: number
  y: number
  /** Milliseconds. */
  delay: number
}

/**
 * Reads an animated PNG by the letter of the standard, with nothing of the product's own; throws where a CRC, the order
 * of the chunks or a sequence number is wrong.
 */
export function readApng(png: Buffer): { plays: number; pictures: ApngPicture[]; types: string[] } {
  if (png.toString('latin1', 0, 8) !== '\x89PNG\r\n\x1a\n') throw new Error('not a PNG')
  const types: string[] = []
  const pictures: ApngPicture[] = []
  let [at, sequence, count, plays] = [8, 0, 0, 0]
  const expectSequence = (found: number) => {
    if (found !== sequence) throw new Error(`expected the sequence number ${sequence}, got ${found}`)
    sequence += 1
  }
  while (at < png.length) {
    const length = png.readUInt32BE(at)
    const type = png.toString('latin1', at + 4, at + 8)
    const data = png.subarray(at + 8, at + 8 + length)
    if (crc32(png.subarray(at + 4, at + 8 + length)) !== png.readUInt32BE(at + 8 + length)) {
      throw new Error(`the CRC of ${type} is wrong`)
    }
    types.push(type)
    if (type === 'acTL') [count, plays] = [data.readUInt32BE(0), data.readUInt32BE(4)]
    if (type === 'fcTL') {
      expectSequence(data.readUInt32BE(0))
      const [width = 0, height = 0, x = 0, y = 0] = [4, 8, 12, 16].map((offset) => data.readUInt32BE(offset))
      pictures.push({ width, height, x, y, delay: (data.readUInt16BE(20) / data.readUInt16BE(22)) * 1000 })
    }
    if (type === 'fdAT') expectSequence(data.readUInt32BE(0))
    at += length + 12
  }
  if (at !== png.length || types.at(-1) !== 'IEND') throw new Error('it does not end with IEND')
  if (types.indexOf('acTL') > types.indexOf('IDAT')) throw new Error('acTL comes after IDAT')
  if (pictures.length !== count)
    throw new Error(`acTL tells of ${count} pictures, there are ${pictures.length}`)
  return { plays, pictures, types }
}
