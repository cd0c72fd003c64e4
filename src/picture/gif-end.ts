const TRAILER = 0x3b
const EXTENSION = 0x21
const IMAGE = 0x2c
/** Signature, size, flags, background, aspect ratio. */
const HEADER_BYTES = 13
/** Separator, position, size, flags. */
const IMAGE_BYTES = 10

/**
 * Whether a GIF is complete: its blocks are followed by the trailer (GIF89a, section 27). The trailer's one byte is common
 * within pictures, so that the last bytes of a file alone do not say it.
 */
export function hasGifEnd(bytes: Buffer): boolean {
  let at = HEADER_BYTES + tableBytes(bytes[10])
  while (at < bytes.length) {
    const kind = bytes[at]
    if (kind === TRAILER) return true
    if (kind === EXTENSION) at = endOfBlocks(bytes, at + 2)
    else if (kind === IMAGE) at = endOfBlocks(bytes, at + IMAGE_BYTES + tableBytes(bytes[at + 9]) + 1)
    // A few encoders write a zero between blocks.
    else if (kind === 0) at += 1
    else return false
  }
  return false
}

/** The length of a table of colours, by the flags before it (section 18). */
function tableBytes(flags = 0): number {
  return (flags & 0x80) === 0 ? 0 : 3 * 2 ** ((flags & 7) + 1)
}

/** Each block begins with its length; one of no length is the last (section 15). */
function endOfBlocks(bytes: Buffer, start: number): number {
  let at = start
  for (let length = bytes[at]; length; length = bytes[at]) at += length + 1
  return at + 1
}
