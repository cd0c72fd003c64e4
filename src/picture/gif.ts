import { type Canvas, GifDisposal, GifEncoder } from '@napi-rs/canvas'
import { flatten, type Matte, needsMatte } from './flatten.ts'
import { reduceColors } from './reduce-colors.ts'

/** Where the graphic control extension has its delay (GIF89a, section 23). */
const DELAY_AT = 4
const WHITE: Matte = { color: '#fff', known: false }

/**
 * Gives an encoder of GIFs of one picture each. Whether all is put on the matte is decided by the first one, so that an
 * animation does not change its ground. @default matte white, for a page of any colour
 */
export function gifEncoder(matte: Matte = WHITE): (canvas: Canvas) => Buffer {
  let whole: boolean | undefined
  return (canvas) => {
    const { width, height } = canvas
    const { data } = canvas.getContext('2d').getImageData(0, 0, width, height)
    whole ??= needsMatte(data)
    flatten(data, matte, whole)
    reduceColors(new Uint32Array(data.buffer))
    // It takes colours as they are where they are no more than 256, and else makes greys of the few bright ones.
    const encoder = new GifEncoder(width, height, { repeat: 0 })
    encoder.addFrame(new Uint8Array(data.buffer), width, height, { disposal: GifDisposal.Background })
    return encoder.finish()
  }
}

/**
 * Puts GIFs of one size together to one that is played for ever, each by its delay in hundredths of a second. The
 * encoder can hold many pictures itself, but works them all off at once at the end: half a second without a pause.
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
