import type { Fault } from '../errors.ts'
import { type Device, isDeviceFormat, MAX_DEVICE_PIXELS } from '../picture/device/encode-for-device.ts'
import { type Bits, bitsFor } from '../picture/device/indexed.ts'
import type { Turn } from '../picture/device/turn.ts'
import type { Format } from '../picture/frame.ts'
import type { LookValues } from './look-table.ts'

type DeviceLook = LookValues & { format: Format }

/** Returns the small device that a look is for; undefined for a look that is for none. */
export function deviceOf({
  format,
  bits,
  dither,
  colors,
  palette,
  rotate,
  invert,
}: DeviceLook): Device | undefined {
  const isPlain = bits === 'auto' && colors === '' && rotate === '0' && !invert
  if (!isDeviceFormat(format) || (isPlain && format !== 'bmp')) return undefined
  return {
    bits: bits === 'auto' ? undefined : (Number(bits) as Bits),
    dither,
    colors: toList(colors),
    palette: toList(palette),
    rotate: Number(rotate) as Turn,
    invert,
  }
}

/** Finds what in the parameters for small devices does not go together. */
export function findDeviceFaults(look: DeviceLook): Fault[] {
  const device = deviceOf(look)
  if (!device && look.colors === '' && look.palette === '') return []
  const { bits = 8, colors, palette } = device ?? { palette: toList(look.palette) }
  const faults: Fault[] = []
  if (palette && palette.length !== colors?.length) {
    const detail = `expected as many colours as in colors, ${colors?.length ?? 0}, got ${palette.length}`
    faults.push({ name: 'palette', detail })
  }
  for (const [name, list] of Object.entries({ colors, palette })) {
    const twice = list?.find((color, at) => list.indexOf(color) !== at)
    if (twice !== undefined) faults.push({ name, detail: `expected different colours, got ${twice} twice` })
  }
  if (colors && bitsFor(colors.length) > bits) {
    const detail = `expected at least ${bitsFor(colors.length)} for ${colors.length} colours, got ${bits}`
    faults.push({ name: 'bits', detail })
  }
  if (!device) return faults
  if (look.animate === 'loop') {
    const detail = 'expected push or off for a picture with bits, colors, rotate or invert, got loop'
    faults.push({ name: 'animate', detail })
  }
  const { width, height, scale } = look
  if (width * height * scale ** 2 > MAX_DEVICE_PIXELS) {
    const detail = `expected at most ${MAX_DEVICE_PIXELS / 1e6} million pixels with bits, colors, rotate or invert, got ${width}x${height} times ${scale}`
    faults.push({ name: 'scale', detail })
  }
  return faults
}

function toList(colors: string): string[] | undefined {
  return colors === '' ? undefined : colors.split(',')
}
