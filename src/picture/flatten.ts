import { readColor } from './color.ts'

/** What is put behind a picture whose format has no half transparency. */
export interface Matte {
  /** An opaque CSS colour. */
  color: string
  /** The page has that colour for certain: soft edges are mixed with it, where they would else be cut. */
  known: boolean
}

const HALF = 128
/**
 * Beyond this share of what is seen, half transparency is the picture itself and no longer only its edges: it is 9 % at
 * most in a built-in picture with a ground (`hits` in its style `flip`), 19 % at least in one without (`plain` at 3x).
 */
const MOST_EDGE = 1 / 8

/** Whether a picture lives on what shows through it, and is nothing without a matte behind all of it. */
export function needsMatte(rgba: Uint8ClampedArray): boolean {
  let [seen, soft] = [0, 0]
  for (let at = 3; at < rgba.length; at += 4) {
    const alpha = rgba[at] ?? 0
    if (alpha > 0) seen += 1
    if (alpha > 0 && alpha < 255) soft += 1
  }
  return soft > seen * MOST_EDGE
}

/**
 * Makes every pixel either opaque or nothing. With `whole` all of it is put on the matte. Otherwise what is fully
 * transparent stays so, and soft edges are mixed with a matte that is known; with any other there would be a fringe on
 * some page, so they are cut at the half, in their own colour.
 */
export function flatten(rgba: Uint8ClampedArray, { color, known }: Matte, whole: boolean): void {
  const matte = readColor(color) ?? [255, 255, 255]
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
        const ground = matte[channel] ?? 0
        rgba[at + channel] = ground + ((ink - ground) * alpha) / 255
      }
    }
    rgba[at + 3] = 255
  }
}
