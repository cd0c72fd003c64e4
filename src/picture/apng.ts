import { PNG_HEADER_BYTES, pngChunk, readPngChunks } from './png.ts'

/** One picture of an animated PNG: a PNG of the part that differs from the picture before it. */
export interface ApngFrame {
  png: Buffer
  /** Where its top left corner goes, in pixels; the first is at 0, 0 and as large as the whole. */
  x: number
  y: number
  /** Milliseconds, whole, at most 65 535. */
  delay: number
}

/**
 * Puts PNGs of one coding together to one that is played for ever (PNG, third edition, sections 4.9 and 11.3.6). The
 * first picture is also what programs show that know nothing of animations.
 */
export function joinApng(frames: readonly ApngFrame[]): Buffer {
  const [first] = frames
  if (!first) throw new RangeError('Expected at least one picture, got none')
  if (frames.length === 1) return first.png
  const pieces = [first.png.subarray(0, PNG_HEADER_BYTES), pngChunk('acTL', animationControl(frames.length))]
  let sequence = 0
  const nextNumber = () => sequence++
  frames.forEach((frame, index) => {
    const chunks = readPngChunks(frame.png)
    if (index === 0) {
      const aside = chunks.filter(({ type }) => !['IHDR', 'IDAT', 'IEND'].includes(type))
      pieces.push(...aside.map(({ type, data }) => pngChunk(type, data)))
    }
    pieces.push(pngChunk('fcTL', frameControl(frame, nextNumber())))
    for (const { data } of chunks.filter(({ type }) => type === 'IDAT')) {
      if (index === 0) pieces.push(pngChunk('IDAT', data))
      else pieces.push(pngChunk('fdAT', Buffer.concat([number32(nextNumber()), data])))
    }
  })
  return Buffer.concat([...pieces, pngChunk('IEND', Buffer.alloc(0))])
}

/** How many pictures there are, and that they are played for ever. */
function animationControl(count: number): Buffer {
  return Buffer.concat([number32(count), number32(0)])
}

/** Where a picture goes and for how long; it replaces what was there, alpha included, and stays. */
function frameControl({ png, x, y, delay }: ApngFrame, sequence: number): Buffer {
  const size = png.subarray(16, 24)
  const time = Buffer.alloc(6)
  time.writeUInt16BE(delay)
  time.writeUInt16BE(1000, 2)
  return Buffer.concat([number32(sequence), size, number32(x), number32(y), time])
}

function number32(value: number): Buffer {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32BE(value)
  return bytes
}
