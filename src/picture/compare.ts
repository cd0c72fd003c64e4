import { createCanvas, ImageData, loadImage } from '@napi-rs/canvas'
import pixelmatch from 'pixelmatch'

/** The difference between two pictures. */
export interface Comparison {
  /** Number of differing pixels. */
  differing: number
  /** Differing pixels as a share of all, 0 to 1. */
  share: number
  /** Draws a PNG: differences in red over a faint copy of the expected picture. */
  diff(): Buffer
}

/** Decoded device pixels: RGBA, not premultiplied. */
export interface Pixels {
  width: number
  height: number
  data: Uint8ClampedArray
}

/** Maximum difference of two colours that count as equal, 0 to 1: less than visible. */
export const THRESHOLD = 0.1

/** Compares two pictures of the same size. Pixels that differ only in anti-aliasing count as equal. */
export function compare(actual: Pixels, expected: Pixels, threshold = THRESHOLD): Comparison {
  const { width, height, data } = expected
  const match = (output?: Uint8ClampedArray) =>
    pixelmatch(actual.data, data, output, width, height, { threshold })
  const differing = match()
  const diff = () => {
    const output = new Uint8ClampedArray(data.length)
    match(output)
    return toPng({ width, height, data: output })
  }
  return { differing, share: differing / (width * height), diff }
}

/** Decodes a picture of any format that the canvas supports; an animated one becomes its first frame. */
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
