/** A colour's red, green and blue, 0 to 255. */
export type Rgb = readonly [red: number, green: number, blue: number]

/** Bits of a pixel in a file. */
export type Bits = 1 | 2 | 4 | 8

/** A picture of few colours: a colour index for each pixel, row by row from the top. */
export interface IndexedPicture {
  /** Device pixels. */
  width: number
  height: number
  indices: Uint8Array
  /** At most 256. */
  colors: readonly Rgb[]
  bits: Bits
}

/** The greys of a bit depth from black to white, evenly spaced, as in PNG's greyscale (section 11.2.1). */
export function grays(bits: Bits): Rgb[] {
  const steps = 2 ** bits - 1
  return Array.from({ length: steps + 1 }, (_, step) => {
    const level = Math.round((step * 255) / steps)
    return [level, level, level]
  })
}

/** Returns the fewest bits that can index `n` colours. */
export function bitsFor(colors: number): Bits {
  return colors <= 2 ? 1 : colors <= 4 ? 2 : colors <= 16 ? 4 : 8
}

/**
 * Packs numbers into bytes, the leftmost pixel in the highest bits, as PNG and BMP both do.
 */
export function packRow(row: Uint8Array, bits: number, target: Buffer, at: number): void {
  const perByte = 8 / bits
  for (let x = 0; x < row.length; x += 1) {
    const byte = at + Math.floor(x / perByte)
    target[byte] = (target[byte] as number) | ((row[x] as number) << (8 - bits * ((x % perByte) + 1)))
  }
}
