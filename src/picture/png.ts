import { crc32 } from 'node:zlib'

/** A PNG's signature and its IHDR chunk (PNG, sections 5.2 and 11.2.1). */
export const PNG_HEADER_BYTES = 33
/** The first bytes of a PNG (PNG, section 5.2). */
export const PNG_SIGNATURE = Buffer.from('89504e470d0a1a0a', 'hex')
/** A chunk's length, type and CRC. */
const FRAMING_BYTES = 12

/** One chunk of a PNG. */
export interface PngChunk {
  type: string
  data: Buffer
}

/** Creates a chunk: length, type, data, and the CRC-32 of type and data (PNG, section 5.3). */
export function pngChunk(type: string, data: Buffer): Buffer {
  const chunk = Buffer.allocUnsafe(data.length + FRAMING_BYTES)
  chunk.writeUInt32BE(data.length)
  chunk.write(type, 4, 'latin1')
  data.copy(chunk, 8)
  chunk.writeUInt32BE(crc32(chunk.subarray(4, data.length + 8)), data.length + 8)
  return chunk
}

/** A PNG's last chunk (PNG, section 11.2.5). */
export const PNG_END = pngChunk('IEND', Buffer.alloc(0))

/** Returns the chunks of a valid PNG. */
export function readPngChunks(png: Buffer): PngChunk[] {
  const chunks: PngChunk[] = []
  for (let at = PNG_SIGNATURE.length; at < png.length; ) {
    const length = png.readUInt32BE(at)
    chunks.push({ type: png.toString('latin1', at + 4, at + 8), data: png.subarray(at + 8, at + 8 + length) })
    at += length + FRAMING_BYTES
  }
  return chunks
}

/**
 * Describes the first damage of a PNG's chunks; undefined if lengths and checksums are right. Decoders differ: some show a
 * picture with a wrong checksum, and browsers give it up (PNG, section 13.2).
 */
export function findPngDamage(png: Buffer): string | undefined {
  for (let at = PNG_SIGNATURE.length; at + FRAMING_BYTES <= png.length; ) {
    const end = at + FRAMING_BYTES + png.readUInt32BE(at)
    if (end > png.length) return 'a chunk is cut short'
    if (crc32(png.subarray(at + 4, end - 4)) !== png.readUInt32BE(end - 4)) return 'a checksum is wrong'
    // Some programs write more after the end.
    if (png.toString('latin1', at + 4, at + 8) === 'IEND') return undefined
    at = end
  }
  return 'it has no end'
}
