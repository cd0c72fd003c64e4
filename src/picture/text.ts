import { createCanvas, type SKRSContext2D } from '@napi-rs/canvas'
import { registerFonts } from './fonts.ts'

/** The width of a line of text in CSS pixels, for a CSS `font` such as `600 14px Inter`. */
export function textWidth(text: string, font: string): number {
  const ctx = measuringContext()
  ctx.font = font
  return ctx.measureText(text).width
}

/** A context to measure with, the bundled font loaded. */
export function measuringContext(): SKRSContext2D {
  registerFonts()
  return createCanvas(1, 1).getContext('2d')
}
