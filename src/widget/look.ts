import { type Fault, PublicError, toCaption } from '../errors.ts'
import { MAX_PIXELS } from '../picture/encode.ts'
import type { Format } from '../picture/frame.ts'
import { deviceOf, findDeviceFaults } from './look-device.ts'
import { LOOK_NAMES, type LookValues, lookSpecs, toLookValues } from './look-table.ts'
import type { Manifest } from './manifest.ts'
import { type ParamSpec, type ParamValue, parseParam } from './param.ts'

/** The normalised parameters and format from a picture's URL. */
export interface Look extends LookValues {
  format: Format
  /** The widget's own parameters. */
  params: Record<string, ParamValue>
}

/**
 * Reads a query into a look. Names that neither the look nor the widget knows are ignored (cache busters are common).
 * If a name is given twice, the last value counts.
 * @throws PublicError 400 that names every wrong parameter.
 */
export function parseLook(manifest: Manifest, format: Format, query: URLSearchParams): Look {
  const faults: Fault[] = []
  // Of each name, a map keeps the last value.
  const asked = new Map(query)
  const read = (specs: Readonly<Record<string, ParamSpec>>): Record<string, ParamValue> => {
    const values: Record<string, ParamValue> = {}
    for (const name in specs) {
      const spec = specs[name] as ParamSpec
      const raw = asked.get(name)
      values[name] = spec.default
      if (raw === undefined) continue
      try {
        values[name] = parseParam(spec, raw)
      } catch (error) {
        faults.push({ name, detail: (error as Error).message })
      }
    }
    return values
  }
  const params = read(manifest.params)
  const given = read(lookSpecs(manifest))
  const used: Record<string, ParamValue> = {}
  for (const name in lookSpecs(manifest, format)) used[name] = given[name] as ParamValue
  const shared = toLookValues(manifest, used)
  // An animated GIF is always one file.
  if (shared.animate === 'loop' && format === 'gif') shared.animate = 'push'
  if (shared.animate === 'loop' && format !== 'png') {
    faults.push({ name: 'animate', detail: `expected a PNG (.png) for loop, got ${format.toUpperCase()}` })
  }
  // All colours need no dither.
  if (shared.bits === 'auto' && shared.colors === '') shared.dither = 'none'
  faults.push(...findDeviceFaults({ format, ...shared }))
  const { width, height, scale } = shared
  if (width * height * scale ** 2 > MAX_PIXELS) {
    const detail = `expected at most ${MAX_PIXELS / 1e6} million pixels in all, got ${width}x${height} times ${scale}`
    faults.push({ name: 'scale', detail })
  }
  if (faults.length > 0) throw badParameters(faults)
  // Not by spreading, which takes twenty times as long for this many fields.
  return Object.assign(shared, { format, params })
}

/**
 * Returns the look for a still: a looping PNG becomes one animated picture instead of pushed frames, unless it is for a
 * small device, which shows one.
 */
export function toStillLook({ loops }: Manifest, look: Look): Look {
  const isOne = !loops || look.format !== 'png' || look.animate !== 'push' || deviceOf(look) !== undefined
  return isOne ? look : { ...look, animate: 'loop' }
}

/** Returns the identity of a look: the same string for every spelling of its URL, and a different one for every other look. */
export function lookKey(look: Look): string {
  return JSON.stringify([look.format, ...LOOK_NAMES.map((name) => look[name]), look.params])
}

/**
 * The error for wrong parameters: the caption names the first, the detail all of them.
 * @param shown the first fault as the caption has it. @default what it expects, without the value that came
 */
export function badParameters(faults: Fault[], shown?: string): PublicError {
  const [first] = faults
  const more = faults.length > 1 ? ` (and ${faults.length - 1} more)` : ''
  return new PublicError({
    code: 'bad-parameter',
    status: 400,
    caption: `${shown ?? (first ? toCaption(first) : '')}${more}`,
    detail: faults.map(({ name, detail }) => `${name}: ${detail}`).join('; '),
    faults,
  })
}
