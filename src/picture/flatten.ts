import { readColor } from './color.ts'

/** The background of a picture in a format without partial transparency. */
export interface Background {
  /** An opaque CSS colour. */
  color: string
  /** Whether the page is known to have that colour: soft edges are then blended with it instead of cut. */
  known: boolean
}

const HALF = 128
/**
 * If more than this share of the visible pixels is partly transparent, it is the picture itself and not only its edges.
 * The built-in pictures have at most 9 % with a background (`hits`, style `flip`), and at least 19 % without (`plain` at 3x).
 */
const MAX_EDGE = 1 / 8

/** Whether a picture is largely partly transparent, so that all of it needs a background. */
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
 * Makes every pixel either opaque or transparent. With `whole`, the whole picture is put on the background. Otherwise
 * transparent pixels stay, and soft edges are blended with a known background. If it is not known, blending would leave
 * a fringe on some pages, so edges are cut at half transparency and keep their own colour.
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
