import { type Fault, PublicError, toCaption } from '../errors.ts'
import { MAX_PIXELS } from '../picture/encode.ts'
import type { Format } from '../picture/frame.ts'
import { deviceOf, findDeviceFaults } from './look-device.ts'
import { LOOK_NAMES, type LookValues, lookSpecs, plainLookValues } from './look-table.ts'
import type { Manifest } from './manifest.ts'
import { type ParamValue, parseParam } from './param.ts'
import { findOrderFaults } from './param-order.ts'

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
  const look = plainLook(manifest, format)
  const values = look as Look & Record<string, ParamValue>
  const { params } = look
  const [known, used] = [lookSpecs(manifest), lookSpecs(manifest, format)]
  // Of each name, a map keeps the last value.
  for (const [name, raw] of query.size > 1 ? new Map(query) : query) {
    const spec = own(manifest.params, name) ?? own(known, name)
    if (!spec) continue
    try {
      const value = parseParam(spec, raw)
      if (Object.hasOwn(params, name)) params[name] = value
      else if (Object.hasOwn(used, name)) values[name] = value
    } catch (error) {
      faults.push({ name, detail: (error as Error).message })
    }
  }
  // A wrong value is its own fault.
  if (query.size > 0 && faults.length === 0)
    faults.push(...findOrderFaults(manifest.params, params, (name) => query.has(name)))
  // An animated GIF is always one file.
  if (look.animate === 'loop' && format === 'gif') look.animate = 'push'
  if (look.animate === 'loop' && format !== 'png') {
    faults.push({ name: 'animate', detail: `expected a PNG (.png) for loop, got ${format.toUpperCase()}` })
  }
  // All colours need no dither.
  if (look.bits === 'auto' && look.colors === '') look.dither = 'none'
  faults.push(...findDeviceFaults(look))
  const { width, height, scale } = look
  if (width * height * scale ** 2 > MAX_PIXELS) {
    const detail = `expected at most ${MAX_PIXELS / 1e6} million pixels in all, got ${width}x${height} times ${scale}`
    faults.push({ name: 'scale', detail })
  }
  if (faults.length > 0) throw badParameters(faults)
  return look
}

/** Looks without parameters. To copy one takes a twentieth of the time that filling in each field takes. */
const PLAIN = new WeakMap<Manifest, Look>()

function plainLook(manifest: Manifest, format: Format): Look {
  let plain = PLAIN.get(manifest)
  if (!plain) {
    const params = Object.fromEntries(
      Object.entries(manifest.params).map(([name, spec]) => [name, spec.default]),
    )
    plain = { ...plainLookValues(manifest), format, params }
    PLAIN.set(manifest, plain)
  }
  // A spread is fast as long as it adds no new name.
  return { ...plain, format, params: { ...plain.params } }
}

function own<Value>(values: Readonly<Record<string, Value>>, name: string): Value | undefined {
  return Object.hasOwn(values, name) ? values[name] : undefined
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
