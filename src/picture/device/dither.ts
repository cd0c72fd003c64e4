import type { Rgb } from './indexed.ts'

/** Ways to approximate many colours with few; `none` takes the nearest colour for each pixel. */
export const DITHERS = ['none', 'floyd-steinberg', 'atkinson', 'stucki'] as const

/** A way to dither. */
export type Dither = (typeof DITHERS)[number]

/** A neighbour's share of a pixel's error: its offset to the right, its offset below, and its weight. */
type Share = readonly [right: number, down: number, part: number]

/** Rows that an error reaches: its own and two below. */
const REACH = 3
/** The horizontal reach of an error, in pixels. */
const MARGIN = 2

const KERNELS: Readonly<Record<Dither, readonly Share[]>> = {
  none: [],
  /** Floyd and Steinberg, 1976. */
  'floyd-steinberg': scale(16, [7], [3, 5, 1]),
  /** Bill Atkinson's for the Macintosh: passes on only six of eight parts, so that light and dark areas stay clean. */
  atkinson: scale(8, [1, 1], [0, 1, 1, 1, 0], [0, 0, 1, 0, 0]),
  /** Peter Stucki, 1981. */
  stucki: scale(42, [8, 4], [2, 4, 8, 4, 2], [1, 2, 4, 2, 1]),
}

/**
 * Numbers the colour of `palette` that each pixel gets. Every second row runs from right to left, so that errors leave
 * no diagonal streaks. A palette of greys is compared by brightness (ITU-R BT.601).
 * @param rgba opaque pixels, row by row.
 */
export function dither(
  rgba: Uint8ClampedArray,
  width: number,
  palette: readonly Rgb[],
  kind: Dither,
): Uint8Array {
  const gray = palette.every(([red, green, blue]) => red === green && green === blue)
  const channels = gray ? 1 : 3
  const levels = Float32Array.from(palette.flatMap((color) => color.slice(0, channels)))
  // A panel's white is grey, and its red is pale: errors that no colour can correct would accumulate and flood the picture.
  const [lowest, highest] = findBounds(levels, channels)
  const findNearest = gray ? grayFinder(levels) : colorFinder(levels)
  const height = rgba.length / 4 / width
  const indices = new Uint8Array(width * height)
  const rowLength = (width + MARGIN * 2) * channels
  const errors = Array.from({ length: REACH }, () => new Float32Array(rowLength))
  const wanted = new Float32Array(channels)
  const kernel = KERNELS[kind]
  for (let y = 0; y < height; y += 1) {
    const step = y % 2 === 0 ? 1 : -1
    const own = errors[0] as Float32Array
    for (let count = 0, x = step > 0 ? 0 : width - 1; count < width; count += 1, x += step) {
      const at = (y * width + x) * 4
      const place = (x + MARGIN) * channels
      for (let channel = 0; channel < channels; channel += 1) {
        const ink = gray ? brightnessAt(rgba, at) : (rgba[at + channel] as number)
        const sum = ink + (own[place + channel] as number)
        wanted[channel] = Math.min(Math.max(sum, lowest[channel] as number), highest[channel] as number)
      }
      const index = findNearest(wanted)
      indices[y * width + x] = index
      for (let channel = 0; channel < channels; channel += 1) {
        const error = (wanted[channel] as number) - (levels[index * channels + channel] as number)
        if (error === 0) continue
        for (let share = 0; share < kernel.length; share += 1) {
          const [right, down, part] = kernel[share] as Share
          const row = errors[down] as Float32Array
          const target = place + right * step * channels + channel
          row[target] = (row[target] as number) + error * part
        }
      }
    }
    errors.push((errors.shift() as Float32Array<ArrayBuffer>).fill(0))
  }
  return indices
}

function brightnessAt(rgba: Uint8ClampedArray, at: number): number {
  return (rgba[at] as number) * 0.299 + (rgba[at + 1] as number) * 0.587 + (rgba[at + 2] as number) * 0.114
}

function findBounds(levels: Float32Array, channels: number): [lowest: number[], highest: number[]] {
  const lowest = new Array<number>(channels).fill(255)
  const highest = new Array<number>(channels).fill(0)
  levels.forEach((level, at) => {
    lowest[at % channels] = Math.min(lowest[at % channels] as number, level)
    highest[at % channels] = Math.max(highest[at % channels] as number, level)
  })
  return [lowest, highest]
}

/** Finds the nearest of some greys in a table: 256 greys would take 256 comparisons a pixel, 4 s a megapixel. */
function grayFinder(levels: Float32Array): (wanted: Float32Array) => number {
  const table = Uint8Array.from({ length: 256 }, (_, level) => nearestOf(levels, 1, Float32Array.of(level)))
  return (wanted) => table[Math.round(wanted[0] as number)] as number
}

function colorFinder(levels: Float32Array): (wanted: Float32Array) => number {
  return (wanted) => nearestOf(levels, 3, wanted)
}

function nearestOf(levels: Float32Array, channels: number, wanted: Float32Array): number {
  let [found, shortest] = [0, Number.POSITIVE_INFINITY]
  for (let at = 0; at < levels.length; at += channels) {
    let distance = 0
    for (let channel = 0; channel < channels; channel += 1) {
      distance += ((levels[at + channel] as number) - (wanted[channel] as number)) ** 2
    }
    if (distance < shortest) [found, shortest] = [at / channels, distance]
  }
  return found
}

/** A kernel with integer weights: its first row begins to the right of the pixel, the others are centred below it. */
function scale(whole: number, own: readonly number[], ...below: readonly (readonly number[])[]): Share[] {
  const beside = own.map((part, index): Share => [index + 1, 0, part / whole])
  const under = below.flatMap((row, index) =>
    row.map((part, column): Share => [column - (row.length - 1) / 2, index + 1, part / whole]),
  )
  return [...beside, ...under].filter(([, , part]) => part > 0)
}
