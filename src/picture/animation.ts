import { type Canvas, createCanvas, type SKRSContext2D } from '@napi-rs/canvas'
import { type ApngFrame, joinApng } from './apng.ts'
import { drawCanvas, type Sheet } from './draw-canvas.ts'
import { encodePng } from './encode-png.ts'
import { createFrame, type Frame } from './frame.ts'
import { encodeGif, type GifFrame, gifFlattener, joinGifs } from './gif.ts'

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
  /** Whether it is drawn over the ones before. */
  overdraw?: boolean
  /** When the next one replaces it, in milliseconds from the start. */
  end: number
}

type DrawAt = (ctx: SKRSContext2D, time: number) => void

/**
 * Draws an animation as an animated PNG or a GIF. It yields between frames, so that other pictures can be drawn meanwhile.
 * A frame equal to the previous one extends that one, and only the part of each frame that changed is stored
 * (`traffic-light`: 23 kB instead of 28).
 * @param plays how often a GIF is played; 0 for ever.
 */
export function* paintAnimation(
  sheet: Sheet,
  timings: readonly FrameTiming[],
  draw: DrawAt,
  plays = 0,
): Generator<undefined, Frame> {
  const cels =
    sheet.format === 'gif'
      ? ((yield* paintGif(sheet, timings, draw, true)) ??
        (yield* paintGif(sheet, timings, draw, false)) ??
        [])
      : yield* paintPng(sheet, timings, draw)
  const bytes = sheet.format === 'gif' ? joinGifs(toGifFrames(cels), plays) : joinApng(toApngFrames(cels))
  return createFrame(sheet.format, bytes, sheet.width, sheet.height, { animated: cels.length > 1 })
}

function* paintPng(sheet: Sheet, timings: readonly FrameTiming[], draw: DrawAt): Generator<undefined, Cel[]> {
  const cels: Cel[] = []
  let before: Buffer | undefined
  let end = 0
  for (const { time, duration } of timings) {
    if (before) yield
    const canvas = drawCanvas(sheet, (ctx) => draw(ctx, time))
    const pixels = canvas.data()
    const area = before ? changedArea(before, pixels, canvas) : wholeOf(canvas)
    before = pixels
    end += duration
    const last = cels.at(-1)
    if (last && !area) last.end = end
    else if (area) cels.push({ area, end, bytes: encodePart(canvas, area) })
  }
  return cels
}

/**
 * @param overdraw stores only what changed, drawn over the frames before. Undefined if that cannot be: a GIF cannot make a
 *   pixel transparent again.
 */
function* paintGif(
  sheet: Sheet,
  timings: readonly FrameTiming[],
  draw: DrawAt,
  overdraw: boolean,
): Generator<undefined, Cel[] | undefined> {
  const flat = gifFlattener(sheet.background)
  const cels: Cel[] = []
  let before: Buffer | undefined
  let end = 0
  for (const { time, duration } of timings) {
    if (before) yield
    const canvas = drawCanvas(sheet, (ctx) => draw(ctx, time))
    const pixels = Buffer.from(flat(canvas).buffer)
    const changed = before ? changedArea(before, pixels, canvas) : wholeOf(canvas)
    if (overdraw && before && changed && losesPixels(before, pixels)) return undefined
    const shown = overdraw ? before : undefined
    before = pixels
    end += duration
    const last = cels.at(-1)
    if (last && !changed) last.end = end
    if (!changed) continue
    const area = overdraw ? changed : wholeOf(canvas)
    const part = cut(pixels, canvas.width, area)
    const bytes = shown
      ? encodeGifOver(part, cut(shown, canvas.width, area), area)
      : encodeGif(part, area.width, area.height)
    cels.push({ area, end, bytes, overdraw })
  }
  return cels
}

function wholeOf({ width, height }: { width: number; height: number }): Area {
  return { x: 0, y: 0, width, height }
}

function losesPixels(before: Buffer, after: Buffer): boolean {
  for (let at = 3; at < after.length; at += 4) if (after[at] === 0 && before[at] !== 0) return true
  return false
}

function cut(pixels: Buffer, rowWidth: number, { x, y, width, height }: Area): Uint8ClampedArray {
  const part = new Uint8ClampedArray(width * height * 4)
  for (let row = 0; row < height; row += 1) {
    const start = ((y + row) * rowWidth + x) * 4
    part.set(pixels.subarray(start, start + width * 4), row * width * 4)
  }
  return part
}

/**
 * Encodes a part over what is shown already. Equal pixels may be transparent: long runs, and no place in the palette. Over small
 * smooth shapes they only cut runs into pieces, so the shorter of both is taken: the clock's GIF shrinks by a third, the countdown's by none.
 */
function encodeGifOver(part: Uint8ClampedArray, shown: Uint8ClampedArray, { width, height }: Area): Buffer {
  const fresh = new Uint32Array(part.buffer)
  const old = new Uint32Array(shown.buffer)
  const changes = new Uint8ClampedArray(part.length)
  const changed = new Uint32Array(changes.buffer)
  let count = 0
  for (let at = 0; at < fresh.length; at += 1) {
    if (fresh[at] === old[at]) continue
    changed[at] = fresh[at] ?? 0
    count += 1
  }
  const whole = encodeGif(part, width, height)
  if (count > fresh.length / 3) return whole
  const over = encodeGif(changes, width, height)
  return over.length < whole.length ? over : whole
}

function encodePart(canvas: Canvas, { x, y, width, height }: Area): Buffer {
  if (width === canvas.width && height === canvas.height) return encodePng(canvas)
  const part = createCanvas(width, height)
  part.getContext('2d').drawImage(canvas, -x, -y)
  return encodePng(part)
}

/** The smallest rectangle around every pixel that differs; undefined if none does. */
function changedArea(
  before: Buffer,
  after: Buffer,
  { width, height }: Pick<Area, 'width' | 'height'>,
): Area | undefined {
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

function toGifFrames(cels: readonly Cel[]): GifFrame[] {
  const delays = toDelays(cels, 10)
  return cels.map(({ bytes, area: { x, y }, overdraw }, index) => {
    return { gif: bytes, delay: delays[index] ?? 0, place: overdraw ? { x, y } : undefined }
  })
}
