import { type Canvas, createCanvas, type SKRSContext2D } from '@napi-rs/canvas'
import { LRUCache } from 'lru-cache'

/** Characters of a badge up to its message: one with a long logo is drawn each time. */
const MAX_KEY_LENGTH = 8_000
/** Memory of all pixels and keys, and of the pixels of one badge. */
const MAX_BYTES = 1_000_000
const MAX_PIXEL_BYTES = 250_000
const PIXEL_BYTES = 4
/** The suffix that makes the ids of a badge its own. */
const SUFFIX = / id="[a-z]+?([0-9a-f]{6})"/

/** A badge without its message. */
export interface Ground<Inks> {
  canvas: Canvas
  /** What its message is painted with. */
  inks: Inks
}

/**
 * Badges without their messages, as drawn last. A counter, a build or a version changes only its message, and the rest takes
 * most of the time.
 */
export class Grounds<Inks extends object> {
  /** Canvases to draw on again: the memory of dropped ones would be freed late. */
  readonly #spare: Canvas[] = []
  readonly #recent = new LRUCache<string, Ground<Inks>>({
    maxSize: MAX_BYTES,
    sizeCalculation: ({ canvas }, key) => key.length + canvas.width * canvas.height * PIXEL_BYTES,
    dispose: ({ canvas }) => this.#spare.push(canvas),
  })

  /**
   * Returns the ground of a badge, which `paint` draws where it is new, and whose inks it returns; undefined for one that is too large to be kept.
   * @param cut where the part of its message begins in `svg`, from `findMessage`
   * @param size of the ground, in device pixels
   * @param scale device pixels for each CSS pixel
   */
  get(
    svg: string,
    cut: number,
    size: { width: number; height: number; scale: number },
    paint: (ctx: SKRSContext2D) => Inks,
  ): Ground<Inks> | undefined {
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
