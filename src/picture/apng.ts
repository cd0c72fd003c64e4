import { PNG_END, PNG_HEADER_BYTES, pngChunk, readPngChunks } from './png.ts'

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
  const pieces = [first.png.subarray(0, PNG_HEADER_BYTES), animationControl(frames.length, 0)]
  let sequence = 0
  const nextNumber = () => sequence++
  frames.forEach((frame, index) => {
    const chunks = readPngChunks(frame.png)
    if (index === 0) {
      const aside = chunks.filter(({ type }) => !['IHDR', 'IDAT', 'IEND'].includes(type))
      pieces.push(...aside.map(({ type, data }) => pngChunk(type, data)))
    }
    const [width, height] = [frame.png.readUInt32BE(16), frame.png.readUInt32BE(20)]
    pieces.push(frameControl({ ...frame, width, height, sequence: nextNumber() }))
    for (const { data } of chunks.filter(({ type }) => type === 'IDAT')) {
      pieces.push(index === 0 ? pngChunk('IDAT', data) : frameData(nextNumber(), data))
    }
  })
  return Buffer.concat([...pieces, PNG_END])
}

/** Where a frame of an animated PNG is painted, and for how long. */
export interface FrameControl {
  /** Counts the chunks of frames, from 0. */
  sequence: number
  /** Pixels. */
  width: number
  height: number
  x: number
  y: number
  /** Milliseconds, at most 65 535 seconds. */
  delay: number
  /** Whether the frame is blended over the previous one, or replaces it, including alpha. @default false */
  isOver?: boolean
}

/** The chunk acTL: the number of frames, and how often they are played; 0 for ever. */
export function animationControl(frames: number, plays: number): Buffer {
  return pngChunk('acTL', Buffer.concat([number32(frames), number32(plays)]))
}

/** The chunk fcTL before the data of a frame, which stays when the next one comes. */
export function frameControl(control: FrameControl): Buffer {
  const { sequence, width, height, x, y, delay, isOver = false } = control
  const time = Buffer.alloc(6)
  const [numerator, denominator] = delay <= 0xffff ? [delay, 1000] : [Math.round(delay / 1000), 1]
  time.writeUInt16BE(numerator)
  time.writeUInt16BE(denominator, 2)
  time[5] = Number(isOver)
  return pngChunk('fcTL', Buffer.concat([...[sequence, width, height, x, y].map(number32), time]))
}

/** The chunk fdAT: the compressed pixels of a frame after the first. */
export function frameData(sequence: number, data: Buffer): Buffer {
  return pngChunk('fdAT', Buffer.concat([number32(sequence), data]))
}

function number32(value: number): Buffer {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32BE(value)
  return bytes
}
