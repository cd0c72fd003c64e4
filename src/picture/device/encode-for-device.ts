import { type Canvas, createCanvas, ImageData } from '@napi-rs/canvas'
import { readColor } from '../color.ts'
import { encodePng } from '../encode-png.ts'
import { flatten } from '../flatten.ts'
import { encodeBmp, encodeTrueColorBmp } from './bmp.ts'
import { type Dither, dither } from './dither.ts'
import { type Bits, bitsFor, grays, type IndexedPicture, type Rgb } from './indexed.ts'
import { encodeIndexedPng } from './indexed-png.ts'
import { type Turn, turn } from './turn.ts'

/** The colours and the orientation of a small device. */
export interface Device {
  /** Bits a pixel in the file; without `colors`, greys. @default the bits that `colors` need; without `colors`, all colours */
  bits?: Bits | undefined
  /** @default none */
  dither?: Dither | undefined
  /** The colours in the file, in CSS notation. @default greys, or all */
  colors?: readonly string[] | undefined
  /** The colours that the panel displays for each of `colors`: pixels are compared with these. @default colors */
  palette?: readonly string[] | undefined
  /** Clockwise, in degrees. @default 0 */
  rotate?: Turn | undefined
  /** Swaps light and dark. @default false */
  invert?: boolean | undefined
}

/** The formats that small devices read. */
export const DEVICE_FORMATS = ['png', 'bmp', 'jpeg'] as const

/** A format that small devices read. */
export type DeviceFormat = (typeof DEVICE_FORMATS)[number]

/** Maximum number of colours of a palette: panels have at most seven. */
export const MAX_COLORS = 8
/** Maximum number of device pixels, because dithering them takes up to a second: panels have 1872 x 1404. */
export const MAX_DEVICE_PIXELS = 2_700_000

/** Whether small devices read a format. */
export function isDeviceFormat(format: string): format is DeviceFormat {
  return DEVICE_FORMATS.some((known) => known === format)
}

/** Encodes a canvas for a small device. Transparent areas become white: the files have no alpha. */
export function encodeForDevice(
  canvas: Canvas,
  format: DeviceFormat,
  device: Device,
  quality: number,
): Buffer {
  const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height)
  flatten(data, { color: '#ffffff', known: true }, true)
  if (device.invert) invert(data)
  const { rgba, width } = turn(data, canvas.width, device.rotate ?? 0)
  const picture = reduce(rgba, width, device)
  if (format === 'bmp') return picture ? encodeBmp(picture) : encodeTrueColorBmp(rgba, width)
  if (format === 'png' && picture) return encodeIndexedPng(picture)
  if (picture) paintColors(rgba, picture)
  const height = rgba.length / 4 / width
  const reduced = createCanvas(width, height)
  reduced.getContext('2d').putImageData(new ImageData(rgba, width, height), 0, 0)
  return format === 'png' ? encodePng(reduced) : reduced.encodeSync('jpeg', quality)
}

/** Undefined if a device shows all colours. */
function reduce(rgba: Uint8ClampedArray, width: number, device: Device): IndexedPicture | undefined {
  const chosen = device.colors?.map(toRgb)
  if (!chosen && device.bits === undefined) return undefined
  const colors = chosen ?? grays(device.bits ?? 8)
  const shown = device.palette?.map(toRgb) ?? colors
  const least = bitsFor(colors.length)
  return {
    width,
    height: rgba.length / 4 / width,
    indices: dither(rgba, width, shown, device.dither ?? 'none'),
    colors,
    bits: Math.max(least, device.bits ?? least) as Bits,
  }
}

function paintColors(rgba: Uint8ClampedArray, { indices, colors }: IndexedPicture): void {
  indices.forEach((index, pixel) => {
    rgba.set(colors[index] ?? [], pixel * 4)
  })
}

function invert(rgba: Uint8ClampedArray): void {
  for (let at = 0; at < rgba.length; at += 1) {
    if (at % 4 !== 3) rgba[at] = 255 - (rgba[at] as number)
  }
}

function toRgb(color: string): Rgb {
  const [red, green, blue] = readColor(color) ?? [0, 0, 0]
  return [red, green, blue]
}
