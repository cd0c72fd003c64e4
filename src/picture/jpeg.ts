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
  const at = findFrameHeader(bytes)
  return at === 0 ? 0 : endOfSegment(bytes, at)
}

/** Reads the size of a JPEG as it is stored, in pixels (ITU T.81, section B.2.2); undefined without a frame header. */
export function readJpegSize(bytes: Buffer): { width: number; height: number } | undefined {
  const at = findFrameHeader(bytes)
  if (at === 0) return undefined
  // Marker, length, precision, height, width, count, and three bytes for each component.
  const components = bytes[at + 9]
  if (components !== 1 && components !== 3 && components !== 4) return undefined
  if (read16(bytes, at + 2) !== 8 + components * 3) return undefined
  return { width: read16(bytes, at + 7), height: read16(bytes, at + 5) }
}

/** Returns where the first wanted segment before the scan begins; 0 if there is none. */
export function findSegment(
  bytes: Buffer,
  isWanted: (marker: number, at: number, bytes: Buffer) => boolean,
): number {
  for (let at = JPEG_START_BYTES; at + 4 <= bytes.length && bytes[at] === 0xff; ) {
    const marker = bytes[at + 1] as number
    if (isWanted(marker, at, bytes)) return at
    if (marker === START_OF_SCAN) return 0
    at = endOfSegment(bytes, at)
  }
  return 0
}

/** Returns where the segment that begins at `at` ends, by its own length. */
export function endOfSegment(bytes: Buffer, at: number): number {
  return at + 2 + read16(bytes, at + 2)
}

/** Returns where the frame header begins; 0 if no whole one comes before the scan. */
function findFrameHeader(bytes: Buffer): number {
  const at = findSegment(bytes, isFrameHeader)
  return endOfSegment(bytes, at) <= bytes.length ? at : 0
}

function isFrameHeader(marker: number): boolean {
  return marker >= FIRST_FRAME_HEADER && marker <= LAST_FRAME_HEADER && !NOT_FRAME_HEADERS.has(marker)
}

/** Reads 16 bits, big-endian. Node's own checks its arguments, which takes longer. The place must be within the bytes. */
function read16(bytes: Buffer, at: number): number {
  return ((bytes[at] as number) << 8) | (bytes[at + 1] as number)
}
