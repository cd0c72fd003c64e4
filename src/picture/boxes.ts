import { checkOptions } from '../system/unknown-fields.ts'

/** A box in CSS pixels, as `drawBox` takes it. */
export type Box = readonly [x: number, y: number, width: number, height: number]

/** The length of one box: CSS pixels, or a share of the space that is left, like `1fr` or `2fr`. */
export type Track = number | `${number}fr`

/** Options of `row` and `column`. */
export interface BoxesOptions {
  /** Space between two boxes. @default 0 */
  gap?: number
  /** Space between the boxes and the outer box. @default 0 */
  padding?: number
}

const OPTIONS = ['gap', 'padding'] as const satisfies (keyof BoxesOptions)[]

/** Divides a box into boxes side by side: `const [icon, text] = row([0, 0, width, height], [24, '1fr'], { gap: 8 })`. */
export function row<const Tracks extends readonly Track[]>(
  [x, y, width, height]: Box,
  tracks: Tracks,
  options: BoxesOptions = {},
): { [Index in keyof Tracks]: Box } {
  checkOptions('row', options, OPTIONS)
  const { gap = 0, padding = 0 } = options
  const high = Math.max(0, height - padding * 2)
  const spans = divide(x + padding, width - padding * 2, tracks, gap)
  return spans.map(([start, length]): Box => [start, y + padding, length, high]) as never
}

/** Divides a box into boxes one below the other. */
export function column<const Tracks extends readonly Track[]>(
  [x, y, width, height]: Box,
  tracks: Tracks,
  options: BoxesOptions = {},
): { [Index in keyof Tracks]: Box } {
  checkOptions('column', options, OPTIONS)
  const { gap = 0, padding = 0 } = options
  const wide = Math.max(0, width - padding * 2)
  const spans = divide(y + padding, height - padding * 2, tracks, gap)
  return spans.map(([start, length]): Box => [x + padding, start, wide, length]) as never
}

/** @throws TypeError for a length that is neither a number nor a share. */
function divide(
  start: number,
  whole: number,
  tracks: readonly Track[],
  gap: number,
): [start: number, length: number][] {
  const lengths = tracks.map(readTrack)
  const taken = lengths.reduce((sum, { pixels }) => sum + pixels, gap * Math.max(0, tracks.length - 1))
  const shares = lengths.reduce((sum, { share }) => sum + share, 0)
  // Pixels that do not fit are kept, so that a text does not become unreadable; shares get nothing then.
  const unit = shares > 0 ? Math.max(0, whole - taken) / shares : 0
  let at = start
  return lengths.map(({ pixels, share }) => {
    const length = pixels + share * unit
    const span: [number, number] = [at, length]
    at += length + gap
    return span
  })
}

function readTrack(track: Track): { pixels: number; share: number } {
  if (typeof track === 'number' && track >= 0) return { pixels: track, share: 0 }
  const share = /^\d+(\.\d+)?fr$/.test(String(track)) ? Number.parseFloat(String(track)) : Number.NaN
  if (!(share >= 0))
    throw new TypeError(`expected a length in pixels or a share like '1fr', got ${String(track)}`)
  return { pixels: 0, share }
}
