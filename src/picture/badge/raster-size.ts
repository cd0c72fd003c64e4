import { readJpegSize } from '../jpeg.ts'

/** Reads the size of a PNG, GIF, JPEG or WebP from its head, without decoding it; undefined for anything else. */
export function readRasterSize(bytes: Buffer): { width: number; height: number } | undefined {
  const magic = bytes.toString('latin1', 0, 12)
  if (magic.startsWith('\x89PNG\r\n') && bytes.length >= 24)
    return { width: bytes.readUInt32BE(16), height: bytes.readUInt32BE(20) }
  if (magic.startsWith('GIF8') && bytes.length >= 10)
    return { width: bytes.readUInt16LE(6), height: bytes.readUInt16LE(8) }
  if (magic.startsWith('\xff\xd8\xff')) return readJpegSize(bytes)
  return /^RIFF.{4}WEBP$/s.test(magic) && bytes.length >= 30 ? readWebpSize(bytes) : undefined
}

/** WebP container: lossy (RFC 9649, section 2.5), lossless (2.6) and extended (2.7). */
function readWebpSize(bytes: Buffer): { width: number; height: number } | undefined {
  switch (bytes.toString('latin1', 12, 16)) {
    case 'VP8 ':
      return { width: bytes.readUInt16LE(26) & 0x3fff, height: bytes.readUInt16LE(28) & 0x3fff }
    case 'VP8L': {
      const bits = bytes.readUInt32LE(21)
      return { width: (bits & 0x3fff) + 1, height: ((bits >>> 14) & 0x3fff) + 1 }
    }
    case 'VP8X':
      return { width: bytes.readUIntLE(24, 3) + 1, height: bytes.readUIntLE(27, 3) + 1 }
    default:
      return undefined
  }
}
