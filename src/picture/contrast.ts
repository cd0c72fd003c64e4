import { type Rgba, readColor } from './color.ts'

/** The contrast that text needs (WCAG 2.2, success criterion 1.4.3). */
export const TEXT_CONTRAST = 4.5
/** Steps on the way to black and to white. */
const STEPS = 256
const BLACK: Rgba = [0, 0, 0, 1]
const WHITE: Rgba = [255, 255, 255, 1]

/** Returns the contrast of two opaque colours, 1 to 21 (WCAG 2.2); an invalid colour counts as black. */
export function contrast(one: string, other: string): number {
  return ratio(luminance(readColor(one) ?? BLACK), luminance(readColor(other) ?? BLACK))
}

/**
 * Returns `color`, or the nearest darker or lighter one that is readable on every one of `grounds`; if none is, the one
 * that comes closest.
 * @param wanted the least contrast. @default 4.5
 */
export function readableColor(color: string, grounds: readonly string[], wanted = TEXT_CONTRAST): string {
  const behind = grounds.map((ground) => readColor(ground) ?? BLACK)
  const start = readColor(color) ?? BLACK
  const least = (rgba: Rgba) =>
    Math.min(...behind.map((ground) => ratio(luminance(mixOver(rgba, ground)), luminance(ground))))
  let best = { rgba: start, contrast: least(start) }
  if (best.contrast >= wanted) return color
  for (let step = 1; step <= STEPS; step += 1) {
    for (const end of [BLACK, WHITE]) {
      const rgba = mix(start, end, step / STEPS)
      const reached = least(rgba)
      if (reached > best.contrast) best = { rgba, contrast: reached }
    }
    if (best.contrast >= wanted) break
  }
  return toHex(best.rgba)
}

/** Returns the opaque colour that a translucent one shows on an opaque ground. */
export function blend(color: string, ground: string): string {
  return toHex(mixOver(readColor(color) ?? BLACK, readColor(ground) ?? BLACK))
}

function mixOver([red, green, blue, alpha]: Rgba, ground: Rgba): Rgba {
  return mix(ground, [red, green, blue, 1], alpha)
}

function mix(one: Rgba, other: Rgba, share: number): Rgba {
  const at = (index: 0 | 1 | 2) => Math.round(one[index] + (other[index] - one[index]) * share)
  return [at(0), at(1), at(2), 1]
}

function ratio(one: number, other: number): number {
  return (Math.max(one, other) + 0.05) / (Math.min(one, other) + 0.05)
}

function luminance([red, green, blue]: Rgba): number {
  return linear(red) * 0.2126 + linear(green) * 0.7152 + linear(blue) * 0.0722
}

/** Undoes the gamma of sRGB (IEC 61966-2-1). */
function linear(channel: number): number {
  const share = channel / 255
  return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4
}

function toHex([red, green, blue]: Rgba): string {
  return `#${[red, green, blue].map((channel) => channel.toString(16).padStart(2, '0')).join('')}`
}
