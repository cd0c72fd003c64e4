import { type Canvas, GifDisposal, GifEncoder } from '@napi-rs/canvas'
import { type Background, flatten, needsBackground } from './flatten.ts'
import { reduceColors } from './reduce-colors.ts'

/** Offset of the delay in the graphic control extension (GIF89a, section 23). */
const DELAY_AT = 4
const WHITE: Background = { color: '#fff', known: false }

/**
 * Returns an encoder of single-frame GIFs. The first picture decides whether whole pictures are put on the background, so
 * that an animation keeps its background. @default background white, for a page of any colour
 */
export function gifEncoder(background: Background = WHITE): (canvas: Canvas) => Buffer {
  let whole: boolean | undefined
  return (canvas) => {
    const { width, height } = canvas
    const { data } = canvas.getContext('2d').getImageData(0, 0, width, height)
    whole ??= needsBackground(data)
    flatten(data, background, whole)
    reduceColors(new Uint32Array(data.buffer))
    // The encoder keeps up to 256 colours exactly; with more it turns rare bright ones into greys.
    const encoder = new GifEncoder(width, height, { repeat: 0 })
    encoder.addFrame(new Uint8Array(data.buffer), width, height, { disposal: GifDisposal.Background })
    return encoder.finish()
  }
}

/**
 * Joins GIFs of one size into one that loops forever, each shown for its delay in hundredths of a second. The encoder
 * accepts several pictures, but encodes all of them at the end, which blocks for half a second.
 */
export function joinGifs(frames: readonly { gif: Buffer; delay: number }[]): Buffer {
  const pieces = frames.map(({ gif, delay }, index) => {
    const start = startOfPicture(gif)
    const picture = Buffer.from(gif.subarray(start, -1))
    picture.writeUInt16LE(delay, DELAY_AT)
    return index === 0 ? Buffer.concat([gif.subarray(0, start), picture]) : picture
  })
  return Buffer.concat([...pieces, Buffer.from([0x3b])])
}

/** Returns the offset of the first graphic control extension: after the screen, its colours and the loop count. */
function startOfPicture(gif: Buffer): number {
  const flags = gif[10] ?? 0
  let at = 13 + ((flags & 0x80) > 0 ? 3 * 2 ** ((flags & 7) + 1) : 0)
  while (gif[at] === 0x21 && gif[at + 1] !== 0xf9) {
    at += 2
    while (gif[at]) at += 1 + (gif[at] ?? 0)
    at += 1
  }
  return at
}
