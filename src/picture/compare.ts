import { createCanvas, ImageData, loadImage } from '@napi-rs/canvas'
import pixelmatch from 'pixelmatch'

/** How far two pictures are apart. */
export interface Comparison {
  /** How many pixels differ. */
  differing: number
  /** Of all pixels, how many differ: 0 to 1. */
  share: number
  /** A PNG: what differs in red over a faint copy of the expected picture. */
  diff: Buffer
}

/** Decoded device pixels: RGBA, colours not multiplied by alpha. */
export interface Pixels {
  width: number
  height: number
  data: Uint8ClampedArray
}

/** How different two colours may be and still count as equal, 0 to 1: less than an eye sees. */
export const THRESHOLD = 0.1

/** Compares two pictures of one size; pixels that are only smoothed otherwise count as equal. */
export function compare(actual: Pixels, expected: Pixels, threshold = THRESHOLD): Comparison {
  const { width, height, data } = expected
  const diff = new Uint8ClampedArray(data.length)
  const differing = pixelmatch(actual.data, data, diff, width, height, { threshold })
  return { differing, share: differing / (width * height), diff: toPng({ width, height, data: diff }) }
}

/** Decodes a picture of any format that the canvas reads; of an animated one the first frame. */
export async function decode(picture: Buffer): Promise<Pixels> {
  const image = await loadImage(picture)
  const canvas = createCanvas(image.width, image.height)
  const ctx = canvas.getContext('2d')
  ctx.drawImage(image, 0, 0)
  const { data } = ctx.getImageData(0, 0, image.width, image.height)
  return { width: image.width, height: image.height, data }
}

/** Encodes pixels as a PNG. */
export function toPng({ width, height, data }: Pixels): Buffer {
  const canvas = createCanvas(width, height)
  canvas.getContext('2d').putImageData(new ImageData(data, width, height), 0, 0)
  return canvas.encodeSync('png')
}
