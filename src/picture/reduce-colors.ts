import { createRequire } from 'node:module'

type Color = [red: number, green: number, blue: number]

/** Required because it has no types, and `import` gives different exports in Node and in bundlers. */
const { quantize } = createRequire(import.meta.url)('gifenc') as {
  /** Returns a palette of at most `max` colours for RGBA pixels, by pairwise nearest neighbours. */
  quantize(rgba: Uint8Array, max: number): Color[]
}

/** The 256 colours of a GIF without the transparent one. */
const MAX_COLORS = 255
/** Number of most frequent colours that are kept exactly: enough for a small dot's colour, too few for an edge's. */
const KEPT = 128

/**
 * Reduces RGBA pixels to at most 255 opaque colours; changes nothing if there are no more. The most frequent colours stay
 * exact. The others share a palette in which each has the same weight, so that a rare bright one is not lost among
 * greys. On the built-in widgets a colour is off by 11 of 441 at most.
 */
export function reduceColors(pixels: Uint32Array): void {
  const counts = countColors(pixels)
  if (counts.size <= MAX_COLORS) return
  const colors = [...counts].sort(([, one], [, two]) => two - one).map(([color]) => color)
  const rest = Uint32Array.from(colors.slice(KEPT))
  const shared = quantize(new Uint8Array(rest.buffer), MAX_COLORS - KEPT).map(packColor)
  const palette = new Uint32Array([...colors.slice(0, KEPT), ...shared])
  const nearest = new Map(Array.from(rest, (color) => [color, findNearest(palette, color)]))
  let [last, instead] = [0, 0]
  for (let at = 0; at < pixels.length; at += 1) {
    const pixel = pixels[at] ?? 0
    if (pixel !== last) [last, instead] = [pixel, nearest.get(pixel) ?? pixel]
    pixels[at] = instead
  }
}

/** Looks up each run of equal pixels once: with a look-up per pixel a GIF of `sine` took 30 % longer. */
function countColors(pixels: Uint32Array): Map<number, number> {
  const counts = new Map<number, number>()
  for (let start = 0, end = 0; start < pixels.length; start = end) {
    const pixel = pixels[start] ?? 0
    while (end < pixels.length && pixels[end] === pixel) end += 1
    if (pixel !== 0) counts.set(pixel, (counts.get(pixel) ?? 0) + end - start)
  }
  return counts
}

function packColor([red, green, blue]: Color): number {
  return new Uint32Array(Uint8Array.of(red, green, blue, 255).buffer)[0] ?? 0
}

function findNearest(palette: Uint32Array, color: number): number {
  let [found, least] = [color, Number.POSITIVE_INFINITY]
  for (const candidate of palette) {
    const red = (candidate & 255) - (color & 255)
    const green = ((candidate >> 8) & 255) - ((color >> 8) & 255)
    const blue = ((candidate >> 16) & 255) - ((color >> 16) & 255)
    const distance = red * red + green * green + blue * blue
    if (distance < least) [found, least] = [candidate, distance]
  }
  return found
}
