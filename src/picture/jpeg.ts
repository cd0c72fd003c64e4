/** The bytes of the SOI marker that a JPEG begins with (ITU T.81, section B.2.1). */
export const JPEG_START_BYTES = 2

/** Maximum bytes of text in a comment segment, whose length field has 16 bits and counts its own two bytes. */
export const JPEG_COMMENT_BYTES = 65_533

/** Markers (ITU T.81, table B.1). */
const COMMENT = 0xfffe
const START_OF_SCAN = 0xda
/** Markers in the range of SOF that are not SOF: DHT, JPG and DAC. */
const FIRST_FRAME_HEADER = 0xc0
const LAST_FRAME_HEADER = 0xcf
const NOT_FRAME_HEADERS: ReadonlySet<number> = new Set([0xc4, 0xc8, 0xcc])

/** Creates a comment segment of `length` zero bytes: marker, length, text (ITU T.81, section B.2.4.5). It is never displayed. */
export function jpegComment(length: number): Buffer {
  const segment = Buffer.alloc(length + 4)
  segment.writeUInt16BE(COMMENT)
  segment.writeUInt16BE(length + 2, 2)
  return segment
}

/**
 * Returns where the frame header (SOF) of a JPEG ends (ITU T.81, annex B); 0 if no whole one comes before the scan.
 */
export function endOfJpegFrameHeader(bytes: Buffer): number {
  let at = JPEG_START_BYTES
  while (at + 4 <= bytes.length && bytes[at] === 0xff) {
    const marker = bytes[at + 1] ?? 0
    const next = at + 2 + bytes.readUInt16BE(at + 2)
    const isFrameHeader =
      marker >= FIRST_FRAME_HEADER && marker <= LAST_FRAME_HEADER && !NOT_FRAME_HEADERS.has(marker)
    if (isFrameHeader) return next <= bytes.length ? next : 0
    if (marker === START_OF_SCAN) return 0
    at = next
  }
  return 0
}
