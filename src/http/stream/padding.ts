import type { Frame, StreamFormat } from '../../picture/frame.ts'
import { JPEG_COMMENT_BYTES, JPEG_START_BYTES, jpegComment } from '../../picture/jpeg.ts'
import { PNG_HEADER_BYTES, pngChunk } from '../../picture/png.ts'

/** Chromium drops a page from its back/forward cache once about 1 MB arrived for it; 1.1 MB did so every time. */
const PADDING_BYTES = 1_100_000

/** Made once: all padded pictures share them. */
const PADDINGS: Readonly<Record<StreamFormat, Buffer>> = {
  png: emptyChunk(PADDING_BYTES),
  jpeg: jpegPadding(),
  webp: Buffer.alloc(PADDING_BYTES),
}

/** The same picture in over a megabyte: buffers to be written one after the other. */
export function padPicture({ format, bytes }: Frame): Buffer[] {
  // Where decoders skip unknown data: after IHDR, after SOI, after the end of the RIFF container.
  if (format === 'gif' || format === 'svg' || format === 'bmp') return [bytes]
  const at = { png: PNG_HEADER_BYTES, jpeg: JPEG_START_BYTES, webp: bytes.length }[format]
  return [bytes.subarray(0, at), PADDINGS[format], bytes.subarray(at)]
}

/** An ancillary PNG chunk `imGc` without data: 12 bytes that change nothing on screen. */
export const EMPTY_PNG_CHUNK = emptyChunk(0)
/** A JPEG comment segment without text. */
export const EMPTY_JPEG_COMMENT = jpegComment(0)

/** A private ancillary PNG chunk of zeros. */
function emptyChunk(length: number): Buffer {
  return pngChunk('imGc', Buffer.alloc(length))
}

function jpegPadding(): Buffer {
  const segments = Math.ceil(PADDING_BYTES / JPEG_COMMENT_BYTES)
  return Buffer.concat(Array.from({ length: segments }, () => jpegComment(JPEG_COMMENT_BYTES)))
}
