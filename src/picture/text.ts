import { createCanvas, type SKRSContext2D } from '@napi-rs/canvas'
import { registerFonts } from './fonts.ts'

const measuring = createCanvas(1, 1).getContext('2d')

/** How a line of text is set, besides its font. */
export interface TextOptions {
  /** CSS pixels after each letter. @default 0 */
  letterSpacing?: number
}

/** The width of a line of text in CSS pixels, for a CSS `font` such as `600 14px Inter`. */
export function textWidth(text: string, font: string, { letterSpacing = 0 }: TextOptions = {}): number {
  const ctx = measuringContext()
  ctx.font = font
  ctx.letterSpacing = `${letterSpacing}px`
  return ctx.measureText(text).width
}

/** The text, or as much of its beginning as fits `width` CSS pixels, with an ellipsis. */
export function cutText(text: string, font: string, width: number, options: TextOptions = {}): string {
  if (textWidth(text, font, options) <= width) return text
  const letters = [...text]
  let fitting = 0
  let tooMany = letters.length
  while (tooMany - fitting > 1) {
    const middle = Math.floor((fitting + tooMany) / 2)
    const fits = textWidth(`${letters.slice(0, middle).join('')}…`, font, options) <= width
    if (fits) fitting = middle
    else tooMany = middle
  }
  return `${letters.slice(0, fitting).join('').trimEnd()}…`
}

/** A context to measure with, the bundled font loaded. */
export function measuringContext(): SKRSContext2D {
  registerFonts()
  return measuring
}
