import { createCanvas, type SKRSContext2D } from '@napi-rs/canvas'
import { checkOptions } from '../system/unknown-fields.ts'
import { registerFonts } from './fonts.ts'

// The letters of Hebrew, Arabic and related scripts, and the right-to-left mark.
const RIGHT_TO_LEFT =
  /^[^\p{L}\u200f]*[\u200f\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc\u{10800}-\u{10fff}\u{1e800}-\u{1efff}]/u
/** Unicode guarantees that this is never a character. */
const NO_CHARACTER = '\u{10ffff}'

const OPTIONS = ['letterSpacing'] as const satisfies (keyof TextOptions)[]

/** A flag, a family or a letter with its accents is one: half of it would be another picture. */
const graphemes = new Intl.Segmenter(undefined, { granularity: 'grapheme' })

const measuring = createCanvas(1, 1).getContext('2d')

/** Text settings besides the font. */
export interface TextOptions {
  /** Letter spacing in CSS pixels. @default 0 */
  letterSpacing?: number
}

/** Returns the width of a line of text in CSS pixels, for a CSS `font` such as `600 14px Inter`. */
export function textWidth(text: string, font: string, options: TextOptions = {}): number {
  checkOptions('textWidth', options, OPTIONS)
  const ctx = measuringContext()
  ctx.font = font
  ctx.letterSpacing = `${options.letterSpacing ?? 0}px`
  return ctx.measureText(text).width
}

/** Cuts a text to `width` CSS pixels, with an ellipsis; returns it unchanged if it fits. */
export function cutText(text: string, font: string, width: number, options: TextOptions = {}): string {
  checkOptions('cutText', options, OPTIONS)
  if (textWidth(text, font, options) <= width) return text
  const letters = Array.from(graphemes.segment(text), ({ segment }) => segment)
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

/** Whether a text runs from right to left, judged by its first letter. */
export function isRightToLeft(text: string): boolean {
  return RIGHT_TO_LEFT.test(text)
}

/** Whether any of some characters is drawn as the box for missing glyphs. */
export function isMissing(letters: string): boolean {
  const ctx = measuringContext()
  ctx.font = '500 24px Inter'
  ctx.letterSpacing = '0px'
  const [missing, ...drawn] = [NO_CHARACTER, ...letters].map((letter) => {
    const { width, actualBoundingBoxAscent, actualBoundingBoxRight } = ctx.measureText(letter)
    return `${width} ${actualBoundingBoxAscent} ${actualBoundingBoxRight}`
  })
  return drawn.includes(missing as string)
}

/** Returns a context for measuring, with the bundled fonts loaded. */
export function measuringContext(): SKRSContext2D {
  registerFonts()
  return measuring
}
