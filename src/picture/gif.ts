import { type Canvas, GifDisposal, GifEncoder } from '@napi-rs/canvas'
import { type Background, flatten, needsBackground } from './flatten.ts'
import { reduceColors } from './reduce-colors.ts'

/** Where the graphic control extension has its delay (GIF89a, section 23). */
const DELAY_AT = 4
const WHITE: Background = { color: '#fff', known: false }

/**
 * Returns an encoder of GIFs of one picture each. The first picture decides whether all of it is put on the background,
 * so that an animation keeps its ground. @default background white, for a page of any colour
 */
export function gifEncoder(background: Background = WHITE): (canvas: Canvas) => Buffer {
  let whole: boolean | undefined
  return (canvas) => {
    const { width, height } = canvas
    const { data } = canvas.getContext('2d').getImageData(0, 0, width, height)
    whole ??= needsBackground(data)
    flatten(data, background, whole)
    reduceColors(new Uint32Array(data.buffer))
    // It keeps up to 256 colours as they are; of more it turns the few bright ones into greys.
    const encoder = new GifEncoder(width, height, { repeat: 0 })
    encoder.addFrame(new Uint8Array(data.buffer), width, height, { disposal: GifDisposal.Background })
    return encoder.finish()
  }
}

/**
 * Joins GIFs of one size into one that loops for ever, each shown for its delay in hundredths of a second. The encoder
 * could take many pictures itself, but encodes them all at the end: half a second without a pause.
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

/** Where the first graphic control extension is: after the screen, its colours, and how often to play it. */
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
