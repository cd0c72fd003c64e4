import { PNG_HEADER_BYTES, pngChunk, readPngChunks } from './png.ts'

/** One frame of an animated PNG: a PNG of the part that differs from the previous frame. */
export interface ApngFrame {
  png: Buffer
  /** Position of its top left corner, in pixels; the first frame is at 0, 0 and has the full size. */
  x: number
  y: number
  /** Whole milliseconds, at most 65 535. */
  delay: number
}

/**
 * Joins PNGs of the same colour type into an animated one that loops forever (PNG, third edition, sections 4.9 and
 * 11.3.6). Programs without support for animations show the first frame.
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

/** The number of frames, and an endless loop. */
function animationControl(count: number): Buffer {
  return Buffer.concat([number32(count), number32(0)])
}

/** The position and duration of a frame; it replaces the pixels below, including alpha, and stays. */
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
