import { type Canvas, createCanvas, type SKRSContext2D } from '@napi-rs/canvas'
import type { Device } from './device/encode-for-device.ts'
import type { Background } from './flatten.ts'
import { registerFonts } from './fonts.ts'
import type { Format } from './frame.ts'

/** The size and encoding of a picture. */
export interface Sheet {
  /** CSS pixels. */
  width: number
  height: number
  /** Device pixels per CSS pixel, 1 to 3; has no effect on an SVG. */
  scale: number
  format: Format
  /** 1 to 100, for JPEG and WebP. */
  quality: number
  /** Background of a GIF. @default white */
  background?: Background
  /** The page that a card is for: light, dark, or unknown. @default 'auto' */
  theme?: string | undefined
  /** What an SVG is called, for screen readers. @default nothing */
  title?: string
  /** Redraws per second. @default 0 */
  fps?: number
  /** The small device that it is for. @default none: all colours, as drawn */
  device?: Device | undefined
  /**
   * A canvas to draw on again, for drawings that keep nothing of it: a new one takes as long as all letters of a badge.
   * @default a new one
   */
  canvas?: Canvas | undefined
}

/** Maximum number of device pixels of a picture: 64 MB of canvas. */
export const MAX_PIXELS = 16_000_000

/** The font of a new context. Without it, text would be drawn in the first font of the machine. */
export const FIRST_FONT = '10px Inter'

/**
 * Draws without encoding.
 * @throws RangeError if the sheet is empty or has more than `MAX_PIXELS`.
 */
export function drawCanvas(sheet: Sheet, draw: (ctx: SKRSContext2D) => void): Canvas {
  checkSheet(sheet)
  registerFonts()
  const { width, height, scale, format } = sheet
  const pixels = [width, height].map((side) => Math.max(1, Math.round(side * scale))) as [number, number]
  const canvas = sheet.canvas ? clear(sheet.canvas, ...pixels) : createCanvas(...pixels)
  const ctx = canvas.getContext('2d')
  ctx.scale(scale, scale)
  ctx.font = FIRST_FONT
  ctx.save()
  draw(ctx)
  if (format === 'jpeg') fillBehind(canvas, ctx)
  return canvas
}

/** @throws RangeError if the sheet is empty or has more than `MAX_PIXELS`. */
export function checkSheet({ width, height, scale }: Sheet): void {
  const pixels = width * height * scale ** 2
  if (width >= 1 && height >= 1 && pixels <= MAX_PIXELS) return
  throw new RangeError(
    `Expected a picture of 1 to ${MAX_PIXELS} pixels, got ${width}x${height} times ${scale}`,
  )
}

/** Setting a side also resets the context (HTML, section 4.12.5), and takes new memory for the pixels. */
function clear(canvas: Canvas, width: number, height: number): Canvas {
  if (canvas.height !== height) canvas.height = height
  canvas.width = width
  return canvas
}

function fillBehind(canvas: Canvas, ctx: SKRSContext2D): void {
  ctx.restore()
  ctx.setTransform(1, 0, 0, 1, 0, 0)
  ctx.globalAlpha = 1
  ctx.globalCompositeOperation = 'destination-over'
  ctx.fillStyle = '#fff'
  ctx.fillRect(0, 0, canvas.width, canvas.height)
}
