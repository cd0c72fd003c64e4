import { type Canvas, createCanvas, type SKRSContext2D } from '@napi-rs/canvas'
import { type ApngFrame, joinApng } from './apng.ts'
import { drawCanvas, type Sheet } from './draw-canvas.ts'
import { encodePng } from './encode-png.ts'
import { createFrame, type Frame } from './frame.ts'
import { gifEncoder, joinGifs } from './gif.ts'

/** The time of an animation's frame, and its duration. */
export interface FrameTiming {
  /** The scene's time in milliseconds. */
  time: number
  /** How long it is shown, in milliseconds. */
  duration: number
}

interface Area {
  x: number
  y: number
  width: number
  height: number
}

interface Cel {
  area: Area
  bytes: Buffer
  /** When the next one replaces it, in milliseconds from the start. */
  end: number
}

/**
 * Draws an animation that loops forever, as an animated PNG or a GIF. It yields between frames, so that other pictures
 * can be drawn meanwhile. A frame equal to the previous one extends that one, and an animated PNG stores only
 * the part of each frame that changed (`traffic-light`: 23 kB instead of 28).
 */
export function* paintAnimation(
  sheet: Sheet,
  timings: readonly FrameTiming[],
  draw: (ctx: SKRSContext2D, time: number) => void,
): Generator<undefined, Frame> {
  const isGif = sheet.format === 'gif'
  const encodeGif = gifEncoder(sheet.background)
  const cels: Cel[] = []
  let before: Buffer | undefined
  let end = 0
  for (const { time, duration } of timings) {
    if (before) yield
    const canvas = drawCanvas(sheet, (ctx) => draw(ctx, time))
    const pixels = canvas.data()
    const whole = { x: 0, y: 0, width: canvas.width, height: canvas.height }
    const area = before ? changedArea(before, pixels, whole) : whole
    before = pixels
    end += duration
    const last = cels.at(-1)
    if (last && !area) last.end = end
    else if (area) cels.push({ area, end, bytes: isGif ? encodeGif(canvas) : encodePart(canvas, area) })
  }
  const bytes = isGif ? joinGifs(toGifFrames(cels)) : joinApng(toApngFrames(cels))
  return createFrame(sheet.format, bytes, sheet.width, sheet.height, { animated: cels.length > 1 })
}

function encodePart(canvas: Canvas, { x, y, width, height }: Area): Buffer {
  if (width === canvas.width && height === canvas.height) return encodePng(canvas)
  const part = createCanvas(width, height)
  part.getContext('2d').drawImage(canvas, -x, -y)
  return encodePng(part)
}

/** The smallest rectangle around every pixel that differs; undefined if none does. */
function changedArea(before: Buffer, after: Buffer, { width, height }: Area): Area | undefined {
  const [old, fresh] = [toPixels(before), toPixels(after)]
  let [left, top, right, bottom] = [width, height, -1, -1]
  for (let y = 0; y < height; y += 1) {
    const [start, end] = [y * width * 4, (y + 1) * width * 4]
    if (before.compare(after, start, end, start, end) === 0) continue
    top = Math.min(top, y)
    bottom = y
    for (let x = 0; x < left; x += 1) if (old[y * width + x] !== fresh[y * width + x]) left = x
    for (let x = width - 1; x > right; x -= 1) if (old[y * width + x] !== fresh[y * width + x]) right = x
  }
  if (bottom < 0) return undefined
  return { x: left, y: top, width: right - left + 1, height: bottom - top + 1 }
}

function toPixels({ buffer, byteOffset, length }: Buffer): Uint32Array {
  return new Uint32Array(buffer, byteOffset, length / 4)
}

/** Computes delays from the frames' ends, so that rounding errors do not add up. */
function toDelays(cels: readonly Cel[], unit: number): number[] {
  return cels.map(({ end }, index) => Math.round(end / unit) - Math.round((cels[index - 1]?.end ?? 0) / unit))
}

function toApngFrames(cels: readonly Cel[]): ApngFrame[] {
  const delays = toDelays(cels, 1)
  return cels.map(({ area: { x, y }, bytes }, index) => ({ png: bytes, x, y, delay: delays[index] ?? 0 }))
}

function toGifFrames(cels: readonly Cel[]): { gif: Buffer; delay: number }[] {
  const delays = toDelays(cels, 10)
  return cels.map(({ bytes }, index) => ({ gif: bytes, delay: delays[index] ?? 0 }))
}
