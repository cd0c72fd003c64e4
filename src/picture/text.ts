import { createCanvas, type SKRSContext2D } from '@napi-rs/canvas'
import { registerFonts } from './fonts.ts'

// The letters of Hebrew, Arabic and their neighbours, and the mark that stands for one.
const RIGHT_TO_LEFT =
  /^[^\p{L}\u200f]*[\u200f\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc\u{10800}-\u{10fff}\u{1e800}-\u{1efff}]/u
/** An emoji of one or more parts, or a flag of two letters. */
const EMOJI = /\p{RI}{2}|\p{ExtPict}(?:[\ufe0f\p{EMod}]|\u200d\p{ExtPict})*/gu
/** Unicode promises that this is no character. */
const NO_CHARACTER = '\u{10ffff}'

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

/** Whether a text is written from right to left, by its first letter. */
export function isRightToLeft(text: string): boolean {
  return RIGHT_TO_LEFT.test(text)
}

/**
 * The text without the emoji that no font here has, which would be drawn as boxes: the bundled font has none. Letters
 * that are missing stay, as boxes: what they say is not to be guessed.
 */
export function dropMissingEmoji(text: string): string {
  return text
    .replaceAll(EMOJI, (emoji) => (isMissing(emoji) ? '' : emoji))
    .replaceAll(/\s+/g, ' ')
    .trim()
}

/** Whether a letter is drawn as what no font has is drawn. */
function isMissing(letters: string): boolean {
  const ctx = measuringContext()
  ctx.font = '500 24px Inter'
  ctx.letterSpacing = '0px'
  const [missing, ...drawn] = [NO_CHARACTER, ...letters].map((letter) => {
    const { width, actualBoundingBoxAscent, actualBoundingBoxRight } = ctx.measureText(letter)
    return `${width} ${actualBoundingBoxAscent} ${actualBoundingBoxRight}`
  })
  return drawn.includes(missing as string)
}

/** A context to measure with, the bundled font loaded. */
export function measuringContext(): SKRSContext2D {
  registerFonts()
  return measuring
}
