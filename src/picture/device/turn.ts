/** The supported turns, clockwise, in degrees. */
export const TURNS = [0, 90, 180, 270] as const

/** A turn clockwise, in degrees. */
export type Turn = (typeof TURNS)[number]

/** Turns RGBA pixels clockwise; a quarter turn swaps width and height. */
export function turn(
  rgba: Uint8ClampedArray,
  width: number,
  degrees: Turn,
): { rgba: Uint8ClampedArray; width: number } {
  if (degrees === 0) return { rgba, width }
  const pixels = new Uint32Array(rgba.buffer, rgba.byteOffset, rgba.length / 4)
  const height = pixels.length / width
  const turned = new Uint32Array(pixels.length)
  const newWidth = degrees === 180 ? width : height
  for (let y = 0; y < height; y += 1) {
    for (let x = 0; x < width; x += 1) {
      const to =
        degrees === 90
          ? x * newWidth + (height - 1 - y)
          : degrees === 180
            ? (height - 1 - y) * newWidth + (width - 1 - x)
            : (width - 1 - x) * newWidth + y
      turned[to] = pixels[y * width + x] as number
    }
  }
  return { rgba: new Uint8ClampedArray(turned.buffer), width: newWidth }
}
