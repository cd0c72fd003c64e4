import { readColor, splitColors } from '../picture/color.ts'

const MAX_LENGTH = 400

/** Reads 2 to `max` colours with commas between, and returns six hex digits for each; undefined if one is wrong. */
export function readColors(raw: string, max: number): string | undefined {
  if (raw.length > MAX_LENGTH) return undefined
  const colors = splitColors(raw).map((text) => readColor(text))
  if (colors.length < 2 || colors.length > max) return undefined
  const digits = colors.map((rgba) => rgba?.slice(0, 3).map((level) => level.toString(16).padStart(2, '0')))
  return digits.includes(undefined) ? undefined : digits.map((each) => each?.join('')).join(',')
}
