import { type Canvas, GifDisposal, GifEncoder } from '@napi-rs/canvas'
import { type Background, flatten, needsBackground } from './flatten.ts'
import { reduceColors } from './reduce-colors.ts'

/** Offsets from a graphic control extension on (GIF89a, sections 20 and 23). */
const [FLAGS_AT, DELAY_AT, LEFT_AT, TOP_AT] = [3, 4, 9, 11]
const DISPOSAL_BITS = 0b11100
/** Leaves a frame in place below the next one. */
const KEEP = 0b00100
const WHITE: Background = { color: '#fff', known: false }
const SCREEN_BYTES = 13

/** One frame of an animated GIF. */
export interface GifFrame {
  gif: Buffer
  /** Hundredths of a second. */
  delay: number
  /** Position of the part that it replaces. @default the whole picture */
  place?: { x: number; y: number } | undefined
}

/**
 * Returns a function that makes every pixel of a canvas opaque or transparent. The first picture decides whether whole
 * pictures are put on the background, so that an animation keeps its background. @default background white, for a page of any colour
 */
export function gifFlattener(background: Background = WHITE): (canvas: Canvas) => Uint8ClampedArray {
  let whole: boolean | undefined
  return (canvas) => {
    const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height)
    whole ??= needsBackground(data)
    flatten(data, background, whole)
    return data
  }
}

/** Returns an encoder of single-frame GIFs. */
export function gifEncoder(background?: Background): (canvas: Canvas) => Buffer {
  const flat = gifFlattener(background)
  return (canvas) => encodeGif(flat(canvas), canvas.width, canvas.height)
}

/** Encodes pixels that are opaque or transparent; changes them. */
export function encodeGif(rgba: Uint8ClampedArray, width: number, height: number): Buffer {
  reduceColors(new Uint32Array(rgba.buffer))
  // The encoder keeps up to 256 colours exactly; with more it turns rare bright ones into greys.
  const encoder = new GifEncoder(width, height, { repeat: 0 })
  encoder.addFrame(new Uint8Array(rgba.buffer), width, height, { disposal: GifDisposal.Background })
  return encoder.finish()
}

/**
 * Joins GIFs into one. A frame with a `place` is drawn over those before, which have places too except the first; all others have one size. The encoder
 * accepts several pictures, but encodes all of them at the end, which blocks for half a second.
 * @param plays how often it is played; 0 for ever.
 */
export function joinGifs(frames: readonly GifFrame[], plays = 0): Buffer {
  const isDrawnOver = frames.some(({ place }) => place)
  const pieces = frames.map(({ gif, delay, place }, index) => {
    const picture = Buffer.from(gif.subarray(startOfPicture(gif), -1))
    picture.writeUInt16LE(delay, DELAY_AT)
    if (isDrawnOver) picture[FLAGS_AT] = ((picture[FLAGS_AT] ?? 0) & ~DISPOSAL_BITS) | KEEP
    picture.writeUInt16LE(place?.x ?? 0, LEFT_AT)
    picture.writeUInt16LE(place?.y ?? 0, TOP_AT)
    return index === 0 ? Buffer.concat([screenOf(gif), loopCount(plays), picture]) : picture
  })
  return Buffer.concat([...pieces, Buffer.from([0x3b])])
}

/** The screen and its colours. */
function screenOf(gif: Buffer): Buffer {
  const flags = gif[10] ?? 0
  return gif.subarray(0, SCREEN_BYTES + ((flags & 0x80) > 0 ? 3 * 2 ** ((flags & 7) + 1) : 0))
}

/** Netscape's extension, which counts repetitions; a GIF without it is played once. */
function loopCount(plays: number): Buffer {
  if (plays === 1) return Buffer.alloc(0)
  const count = Buffer.from([3, 1, 0, 0, 0])
  count.writeUInt16LE(plays === 0 ? 0 : plays - 1, 2)
  return Buffer.concat([Buffer.from([0x21, 0xff, 11]), Buffer.from('NETSCAPE2.0'), count])
}

/** Returns the offset of the first graphic control extension: after the screen, its colours and the loop count. */
function startOfPicture(gif: Buffer): number {
  let at = screenOf(gif).length
  while (gif[at] === 0x21 && gif[at + 1] !== 0xf9) {
    at += 2
    while (gif[at]) at += 1 + (gif[at] ?? 0)
    at += 1
  }
  return at
}
