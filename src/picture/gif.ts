import { type Canvas, GifDisposal, GifEncoder } from '@napi-rs/canvas'

/** GIF's alpha is all or nothing. Mixed with white instead, every edge would have a fringe on a dark page. */
const HALF = 128
/** 1 to 30, the best and the fastest: at 30 a palette took two thirds of the time it takes at 10, and looks the same. */
const SPEED = 30
/** Where the graphic control extension has its delay (GIF89a, section 23). */
const DELAY_AT = 4

/** Encodes a canvas as a GIF of one picture; what is less than half opaque is left out. */
export function encodeGif(canvas: Canvas): Buffer {
  const { width, height } = canvas
  const { data } = canvas.getContext('2d').getImageData(0, 0, width, height)
  for (let at = 0; at < data.length; at += 4) {
    if ((data[at + 3] ?? 0) < HALF) data.fill(0, at, at + 4)
    else data[at + 3] = 255
  }
  const encoder = new GifEncoder(width, height, { repeat: 0, quality: SPEED })
  encoder.addFrame(new Uint8Array(data.buffer), width, height, { disposal: GifDisposal.Background })
  return encoder.finish()
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
