import { createCanvas, loadImage } from '@napi-rs/canvas'

/** How far two pictures are apart. */
export interface PixelDiff {
  /** Of all pixels, how many differ: 0 to 1, and 1 for pictures of two sizes. */
  share: number
  /** A PNG: what differs in red over a faint copy of the expected picture. */
  picture: Buffer
}

interface Pixels {
  width: number
  height: number
  data: Uint8ClampedArray
}

/** Compares two encoded pictures; a pixel differs where a channel is more than `threshold` of 255 away. */
export async function diffPixels(actual: Buffer, expected: Buffer, threshold = 12): Promise<PixelDiff> {
  const [ours, theirs] = await Promise.all([decode(actual), decode(expected)])
  if (ours.width !== theirs.width || ours.height !== theirs.height) return { share: 1, picture: actual }
  const canvas = createCanvas(theirs.width, theirs.height)
  const ctx = canvas.getContext('2d')
  const image = ctx.createImageData(theirs.width, theirs.height)
  let differing = 0
  for (let at = 0; at < theirs.data.length; at += 4) {
    const differs = distance(ours.data, theirs.data, at) > threshold
    if (differs) differing += 1
    image.data.set(differs ? [255, 0, 0, 255] : [128, 128, 128, byte(theirs.data, at + 3) / 4], at)
  }
  ctx.putImageData(image, 0, 0)
  return { share: differing / (theirs.width * theirs.height), picture: canvas.toBuffer('image/png') }
}

/** Decodes a picture to RGBA, colours not multiplied by alpha. */
export async function decode(picture: Buffer): Promise<Pixels> {
  const image = await loadImage(picture)
  const canvas = createCanvas(image.width, image.height)
  const ctx = canvas.getContext('2d')
  ctx.drawImage(image, 0, 0)
  const { data } = ctx.getImageData(0, 0, image.width, image.height)
  return { width: image.width, height: image.height, data }
}

/** The largest difference of a channel; a colour counts as much as it shows. */
function distance(one: Uint8ClampedArray, other: Uint8ClampedArray, at: number): number {
  const alphas = [byte(one, at + 3), byte(other, at + 3)] as const
  const colors = [0, 1, 2].map((channel) =>
    Math.abs(byte(one, at + channel) * alphas[0] - byte(other, at + channel) * alphas[1]),
  )
  return Math.max(Math.abs(alphas[0] - alphas[1]), Math.max(...colors) / 255)
}

function byte(data: Uint8ClampedArray, at: number): number {
  return data[at] ?? 0
}
