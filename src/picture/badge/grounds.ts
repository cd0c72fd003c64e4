import { type Canvas, createCanvas, type SKRSContext2D } from '@napi-rs/canvas'
import { LRUCache } from 'lru-cache'
import type { Ink } from './paint-text.ts'

/** Characters of a badge up to its message: one with a long logo is drawn each time. */
const MAX_KEY_LENGTH = 8_000
/** Memory of all pixels and keys, and of the pixels of one badge. */
const MAX_BYTES = 1_000_000
const MAX_PIXEL_BYTES = 250_000
const PIXEL_BYTES = 4
/** The suffix that makes the ids of a badge its own. */
const SUFFIX = / id="[a-z]+?([0-9a-f]{6})"/

/** A badge without its message. */
export interface Ground {
  canvas: Canvas
  /** The inks of the groups around its message, the innermost last. */
  inks: readonly Ink[]
}

/**
 * Badges without their messages, as drawn last. A counter, a build or a version changes only its message, and the rest takes
 * most of the time.
 */
export class Grounds {
  /** Canvases to draw on again: the memory of dropped ones would be freed late. */
  readonly #spare: Canvas[] = []
  readonly #recent = new LRUCache<string, Ground>({
    maxSize: MAX_BYTES,
    sizeCalculation: ({ canvas }, key) => key.length + canvas.width * canvas.height * PIXEL_BYTES,
    dispose: ({ canvas }) => this.#spare.push(canvas),
  })

  /**
   * Returns the ground of a badge; undefined for one that is too large to be kept.
   * @param cut where the part of its message begins in `svg`, from `findMessage`
   * @param size of the ground, in device pixels; `scale` is device pixels for each CSS pixel
   * @param paint draws a new ground and returns its inks
   */
  get(
    svg: string,
    cut: number,
    size: { width: number; height: number; scale: number },
    paint: (ctx: SKRSContext2D) => readonly Ink[],
  ): Ground | undefined {
    const { width, height, scale } = size
    const drawn = svg.slice(Math.max(svg.indexOf('</title>'), svg.indexOf('>')), cut)
    const pixelBytes = width * height * PIXEL_BYTES
    if (drawn.length > MAX_KEY_LENGTH || !(scale > 0 && pixelBytes <= MAX_PIXEL_BYTES)) return undefined
    const suffix = SUFFIX.exec(drawn)?.[1]
    const key = `${width} ${height} ${scale} ${suffix === undefined ? drawn : drawn.replaceAll(suffix, '')}`
    const recent = this.#recent.get(key)
    if (recent) return recent
    const canvas = Object.assign(this.#spare.pop() ?? createCanvas(1, 1), { width, height })
    const ctx = canvas.getContext('2d')
    ctx.scale(scale, scale)
    const ground = { canvas, inks: paint(ctx) }
    this.#recent.set(key, ground)
    return ground
  }
}

/**
 * Finds where the last text of a badge begins, with its shadows: after it, badge-maker draws nothing else. The groups around
 * it have no transform.
 */
export function findMessage(svg: string): number {
  const group = svg.lastIndexOf('<g transform=')
  if (group >= 0) return group
  const text = svg.lastIndexOf('<text ')
  if (text < 0) return svg.length
  const shadow = svg.lastIndexOf('<text aria-hidden=', text - 1)
  return shadow >= 0 && svg.lastIndexOf('<text ', text - 1) === shadow ? shadow : text
}
