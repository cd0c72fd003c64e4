import type { Canvas, SKRSContext2D } from '@napi-rs/canvas'
import { encodeForDevice, isDeviceFormat } from './device/encode-for-device.ts'
import { drawCanvas, type Sheet } from './draw-canvas.ts'
import { encodePng } from './encode-png.ts'
import { createFrame, type Format, type Frame } from './frame.ts'
import { gifEncoder } from './gif.ts'
import { paintSvg } from './svg.ts'

export { MAX_PIXELS, type Sheet } from './draw-canvas.ts'

/**
 * Draws once and encodes: `draw` receives a context that is already scaled, so that it works in CSS pixels, on a
 * transparent canvas. JPEG has no alpha: transparent pixels become white. An SVG may need a second drawing.
 * @throws RangeError if the sheet is empty or has more than `MAX_PIXELS`.
 */
export function paint(sheet: Sheet, draw: (ctx: SKRSContext2D) => void): Frame {
  const { width, height, format, device } = sheet
  if (format === 'svg') return paintSvg(sheet, [draw])
  const canvas = drawCanvas(sheet, draw)
  const isTurned = device?.rotate === 90 || device?.rotate === 270
  const [across, down] = isTurned ? [height, width] : [width, height]
  return createFrame(format, encode(canvas, format, sheet), across, down)
}

function encode(
  canvas: Canvas,
  format: Exclude<Format, 'svg'>,
  { quality, background, fps, device }: Sheet,
): Buffer {
  if (isDeviceFormat(format) && (device || format === 'bmp'))
    return encodeForDevice(canvas, format, device ?? {}, quality)
  if (format === 'gif') return gifEncoder(background)(canvas)
  return format === 'png' ? encodePng(canvas, fps) : canvas.encodeSync(format as 'jpeg' | 'webp', quality)
}
