import { deflateSync } from 'node:zlib'
import { createCanvas } from '@napi-rs/canvas'
import { animationControl, frameControl, frameData } from './apng.ts'
import { PNG_HEADER_BYTES } from './png.ts'
import { drawStaleSign, SIGN, WORDS } from './stale-sign.ts'

/** CSS pixels between the mark and the corner, where there is room. */
const MARGIN = 2
const TEXT = 'no signal'

/** The distance of two shades. */
const SHADE = 51

/**
 * Milliseconds of each of the first two frames. WebKit skips the first frame of an animated part, and the second one
 * too if the page shows the picture twice: the third one lasts, however often it is shown.
 */
const FIRST_DELAY = 10
/** PNG, section 11.2.1: bit depth 8, truecolour with alpha, not interlaced. */
const BIT_DEPTH = 8
const TRUECOLOR_WITH_ALPHA = 6
/** The length of the chunk IEND. */
const END_BYTES = 12

interface Mark {
  width: number
  height: number
  /** Its compressed pixels. */
  pixels: Buffer
}

const CLEAR_PIXEL = deflateSync(Buffer.alloc(5))

/**
 * Turns PNGs into pictures that mark themselves as stale: APNGs of four frames that play once. The first three look
 * like the picture; the fourth adds a mark. A stream that sends the picture again before that never shows the mark, and one
 * whose server is gone does, as the browser needs no server to play it (measured in three engines).
 */
export class StaleMarks {
  /** A few sizes at three scales: strangers choose the sizes of pictures, and not of marks. */
  readonly #marks = new Map<string, Mark>()

  /**
   * Returns the picture with the mark after `delay` milliseconds; unchanged if it is not a PNG of 8 bits with alpha.
   * @param scale pixels of the picture for each CSS pixel.
   */
  add(png: Buffer, scale: number, delay: number): Buffer {
    if (!canMark(png)) return png
    const [width, height] = [png.readUInt32BE(16), png.readUInt32BE(20)]
    const mark = this.#markFor(width, height, Math.min(3, Math.max(1, Math.round(scale))))
    if (!mark) return png
    const margin = Math.round(MARGIN * scale)
    const x = Math.max(0, width - mark.width - margin)
    const y = Math.max(0, height - mark.height - margin)
    return Buffer.concat([
      png.subarray(0, PNG_HEADER_BYTES),
      animationControl(4, 1),
      frameControl({ sequence: 0, width, height, x: 0, y: 0, delay: FIRST_DELAY }),
      png.subarray(PNG_HEADER_BYTES, -END_BYTES),
      frameControl({ sequence: 1, width: 1, height: 1, x: 0, y: 0, delay: FIRST_DELAY, isOver: true }),
      frameData(2, CLEAR_PIXEL),
      frameControl({ sequence: 3, width: 1, height: 1, x: 0, y: 0, delay, isOver: true }),
      frameData(4, CLEAR_PIXEL),
      frameControl({ sequence: 5, width: mark.width, height: mark.height, x, y, delay, isOver: true }),
      frameData(6, mark.pixels),
      png.subarray(-END_BYTES),
    ])
  }

  #markFor(width: number, height: number, scale: number): Mark | undefined {
    const fits = (size: typeof SIGN) => size.width * scale <= width && size.height * scale <= height
    const size = [WORDS, SIGN].find(fits)
    if (!size) return undefined
    const id = `${size.width} ${scale}`
    const mark = this.#marks.get(id) ?? paintMark(size, scale)
    this.#marks.set(id, mark)
    return mark
  }
}

function canMark(png: Buffer): boolean {
  return png[24] === BIT_DEPTH && png[25] === TRUECOLOR_WITH_ALPHA && png[28] === 0
}

function paintMark(size: typeof SIGN, scale: number): Mark {
  const [width, height] = [size.width * scale, size.height * scale]
  const ctx = createCanvas(width, height).getContext('2d')
  ctx.scale(scale, scale)
  drawStaleSign(ctx, size, TEXT)
  const { data } = ctx.getImageData(0, 0, width, height)
  // Fewer shades at the edges of letters: half of the bytes.
  for (const [at, value] of data.entries()) data[at] = Math.round(value / SHADE) * SHADE
  const rows = Array.from({ length: height }, (_, row) =>
    Buffer.concat([Buffer.of(0), Buffer.from(data.buffer, data.byteOffset + row * width * 4, width * 4)]),
  )
  return { width, height, pixels: deflateSync(Buffer.concat(rows), { level: 9 }) }
}
