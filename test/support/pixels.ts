import { createCanvas, type Image } from '@napi-rs/canvas'

/** One pixel of a decoded picture: red, green, blue, alpha. */
export function pixelOf(image: Image, x = 1, y = 1): [number, number, number, number] {
  const ctx = createCanvas(image.width, image.height).getContext('2d')
  ctx.drawImage(image, 0, 0)
  const [red = 0, green = 0, blue = 0, alpha = 0] = ctx.getImageData(x, y, 1, 1).data
  return [red, green, blue, alpha]
}
