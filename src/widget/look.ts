import { type Fault, PublicError } from '../errors.ts'
import { MAX_PIXELS } from '../picture/encode.ts'
import type { Format } from '../picture/frame.ts'
import { type Manifest, usualLength } from './manifest.ts'
import { type ParamSpec, type ParamValue, parseParam } from './param.ts'
import { MAX_FPS } from './widget-faults.ts'

/** The normalised parameters and format of a picture's URL. */
export interface Look {
  format: Format
  /** CSS pixels; only a hint where the widget's parameters decide the size. */
  width: number
  height: number
  scale: number
  quality: number
  /** Frames a second, or 0 where the widget does not animate by a frame rate. */
  fps: number
  /**
   * How a picture that repeats moves: `push`, a frame at a time; `loop`, one period as one animated picture; `off`,
   * not at all. Where nothing repeats, always `push`.
   */
  animate: Animate
  params: Record<string, ParamValue>
}

/** How a picture that repeats moves. */
export type Animate = 'push' | 'loop' | 'off'

const DEFAULT_QUALITY = 85
const ANIMATE: readonly Animate[] = ['push', 'loop', 'off']

/**
 * The look parameters that mean nothing in a format: however they were asked for, it is the same picture and the same
 * channel.
 */
export const IDLE_PARAMS: Readonly<Record<Format, readonly string[]>> = {
  png: ['quality'],
  jpeg: [],
  webp: [],
  gif: ['quality'],
  svg: ['scale', 'fps', 'quality', 'animate'],
}

/** The look parameters that a picture of this widget takes besides the widget's own, in one table. */
export function lookSpecs(manifest: Manifest): Record<string, ParamSpec> {
  const specs: Record<string, ParamSpec> = {}
  for (const side of ['width', 'height'] as const) {
    const length = manifest.size[side]
    if (typeof length !== 'number') specs[side] = { kind: 'integer', about: 'CSS pixels', ...length }
  }
  specs.scale = { kind: 'number', default: 1, min: 1, max: 3, about: 'pixels a CSS pixel, for dense screens' }
  if (manifest.fps) {
    specs.fps = { kind: 'number', default: manifest.fps, min: 1, max: MAX_FPS, about: 'frames a second' }
  }
  if (manifest.loops) {
    const about = 'streamed, one animated PNG, or one frame'
    specs.animate = { kind: 'choice', default: 'push', choices: ANIMATE, about }
  }
  specs.quality = { kind: 'integer', default: DEFAULT_QUALITY, min: 1, max: 100, about: 'JPEG and WebP' }
  return specs
}

/**
 * Reads a query into a look. Names that neither the look nor the widget knows are passed over (cache busters are
 * common); of a name given twice the last one counts.
 * @throws PublicError 400, naming every wrong parameter.
 */
export function parseLook(manifest: Manifest, format: Format, query: URLSearchParams): Look {
  const faults: Fault[] = []
  const read = (specs: Record<string, ParamSpec>): Record<string, ParamValue> =>
    Object.fromEntries(
      Object.entries(specs).map(([name, spec]) => {
        const raw = query.getAll(name).at(-1)
        if (raw === undefined) return [name, spec.default]
        try {
          return [name, parseParam(spec, raw)]
        } catch (error) {
          faults.push({ name, detail: (error as Error).message })
          return [name, spec.default]
        }
      }),
    )
  const own = read(manifest.params)
  const specs = lookSpecs(manifest)
  const shared = read(specs)
  for (const name of IDLE_PARAMS[format]) {
    const spec = specs[name]
    if (spec) shared[name] = spec.default
  }
  // A GIF that moves is in one piece, however it was asked for.
  if (shared.animate === 'loop' && format === 'gif') shared.animate = 'push'
  if (shared.animate === 'loop' && format !== 'png') {
    faults.push({ name: 'animate', detail: `expected a PNG (.png) for loop, got ${format.toUpperCase()}` })
  }
  const width = (shared.width as number | undefined) ?? usualLength(manifest.size.width)
  const height = (shared.height as number | undefined) ?? usualLength(manifest.size.height)
  if (width * height * (shared.scale as number) ** 2 > MAX_PIXELS) {
    const detail = `expected at most ${MAX_PIXELS / 1e6} million pixels in all, got ${width}x${height} times ${shared.scale}`
    faults.push({ name: 'scale', detail })
  }
  if (faults.length > 0) throw badParameters(faults)
  return {
    format,
    width,
    height,
    scale: shared.scale as number,
    quality: shared.quality as number,
    fps: (shared.fps as number | undefined) ?? 0,
    animate: (shared.animate as Animate | undefined) ?? 'push',
    params: own,
  }
}

/** The look of a still: a PNG that would be pushed frame by frame is one animated picture there. */
export function toStillLook({ loops }: Manifest, look: Look): Look {
  return loops && look.format === 'png' && look.animate === 'push' ? { ...look, animate: 'loop' } : look
}

/** One string for one look, however its URL was spelled. */
export function lookKey(look: Look): string {
  return JSON.stringify([
    look.format,
    look.width,
    look.height,
    look.scale,
    look.quality,
    look.fps,
    look.animate,
    look.params,
  ])
}

/** The error for wrong parameters: the caption has the first, the detail has all. */
export function badParameters(faults: Fault[]): PublicError {
  const [first] = faults
  const more = faults.length > 1 ? ` (and ${faults.length - 1} more)` : ''
  return new PublicError({
    code: 'bad-parameter',
    status: 400,
    caption: `${first?.name}: ${first?.detail}${more}`,
    detail: faults.map(({ name, detail }) => `${name}: ${detail}`).join('; '),
    faults,
  })
}
