import { readColor } from './color.ts'

/** What is put behind a picture whose format has no half transparency. */
export interface Background {
  /** An opaque CSS colour. */
  color: string
  /** The page has that colour for certain: soft edges are blended with it, where they would otherwise be cut. */
  known: boolean
}

const HALF = 128
/**
 * Above this share of its visible pixels, half transparency is the picture itself and not only its edges: it is at most
 * 9 % in a built-in picture with a ground (`hits` in its style `flip`), at least 19 % in one without (`plain` at 3x).
 */
const MAX_EDGE = 1 / 8

/** Whether a picture consists largely of half transparency, so that it needs a background behind all of it. */
export function needsBackground(rgba: Uint8ClampedArray): boolean {
  let [seen, soft] = [0, 0]
  for (let at = 3; at < rgba.length; at += 4) {
    const alpha = rgba[at] ?? 0
    if (alpha > 0) seen += 1
    if (alpha > 0 && alpha < 255) soft += 1
  }
  return soft > seen * MAX_EDGE
}

/**
 * Makes every pixel either opaque or transparent. With `whole` all of it is put on the background. Otherwise transparent
 * pixels stay, and soft edges are blended with a background that is known; any other would leave a fringe on some page,
 * so edges are cut at half transparency, in their own colour.
 */
export function flatten(rgba: Uint8ClampedArray, { color, known }: Background, whole: boolean): void {
  const background = readColor(color) ?? [255, 255, 255]
  for (let at = 0; at < rgba.length; at += 4) {
    const alpha = rgba[at + 3] ?? 0
    if (alpha === 255) continue
    if (!whole && (known ? alpha === 0 : alpha < HALF)) {
      rgba.fill(0, at, at + 4)
      continue
    }
    if (whole || known) {
      for (let channel = 0; channel < 3; channel += 1) {
        const ink = rgba[at + channel] ?? 0
        const ground = background[channel] ?? 0
        rgba[at + channel] = ground + ((ink - ground) * alpha) / 255
      }
    }
    rgba[at + 3] = 255
  }
}
