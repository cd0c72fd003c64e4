import type { Frame, StreamFormat } from '../../picture/frame.ts'
import { PNG_HEADER_BYTES, pngChunk } from '../../picture/png.ts'

/** Chromium lets go of a page in its back/forward cache once about 1 MB has come for it; 1.1 MB did every time. */
const FILLER_BYTES = 1_100_000
const JPEG_START_BYTES = 2
const JPEG_SEGMENT_BYTES = 65_533

/** Made once: every fattened picture shares them. */
const FILLERS: Readonly<Record<StreamFormat, Buffer>> = {
  png: silentChunk(FILLER_BYTES),
  jpeg: jpegFiller(),
  webp: Buffer.alloc(FILLER_BYTES),
}

/** The same picture in over a megabyte: its bytes in pieces, to be written one after the other. */
export function fatten({ format, bytes }: Frame): Buffer[] {
  // Where decoders pass over what they do not know: after IHDR, after SOI, after the end of the RIFF container.
  if (format === 'gif' || format === 'svg') return [bytes]
  const at = { png: PNG_HEADER_BYTES, jpeg: JPEG_START_BYTES, webp: bytes.length }[format]
  return [bytes.subarray(0, at), FILLERS[format], bytes.subarray(at)]
}

/** An ancillary PNG chunk `imGc` without data: 12 bytes that change nothing on screen. */
export const EMPTY_PNG_CHUNK = silentChunk(0)
/** A JPEG comment segment without text. */
export const EMPTY_JPEG_COMMENT = jpegComment(0)

/** A private ancillary chunk of nothing. */
function silentChunk(length: number): Buffer {
  return pngChunk('imGc', Buffer.alloc(length))
}

function jpegFiller(): Buffer {
  const segments = Math.ceil(FILLER_BYTES / JPEG_SEGMENT_BYTES)
  return Buffer.concat(Array.from({ length: segments }, () => jpegComment(JPEG_SEGMENT_BYTES)))
}

/** A comment segment: marker, length with its own two bytes, text (ITU T.81, section B.2.4.5). */
function jpegComment(length: number): Buffer {
  const segment = Buffer.alloc(length + 4)
  segment.writeUInt16BE(0xfffe)
  segment.writeUInt16BE(length + 2, 2)
  return segment
}
