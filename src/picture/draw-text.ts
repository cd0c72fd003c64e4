import type { SKRSContext2D } from '@napi-rs/canvas'
import { checkText } from './check-text.ts'
import { toDrawable } from './drawable.ts'
import { cutText, isRightToLeft, textWidth } from './text.ts'

/** Height of Inter's capitals and digits, in em. */
const CAPITAL_HEIGHT = 0.727
/** Width of an outline, in em: half of it is behind the letter. */
const OUTLINE = 0.2
const OPTIONS = [
  'size',
  'weight',
  'color',
  'outline',
  'width',
  'tabular',
  'shrink',
  'align',
] as const satisfies (keyof DrawTextOptions)[]

const CALL = { name: 'drawText', options: OPTIONS, required: ['size'] as const }

/** Options of `drawText`. */
export interface DrawTextOptions {
  /** CSS pixels. */
  size: number
  /** 400 to 700. @default 500 */
  weight?: number
  /** @default the context's `fillStyle` */
  color?: string | undefined
  /** Colour of an outline behind the letters, for text over a picture. @default none */
  outline?: string | undefined
  /** Maximum width in CSS pixels: longer text is set smaller, then cut. @default unlimited */
  width?: number
  /** Digits of equal width, so that the text does not move while a number changes. @default false */
  tabular?: boolean
  /** Minimum font size, as a share of `size`. @default 0.6 */
  shrink?: number
  /** Horizontal alignment at `x`. @default center */
  align?: 'left' | 'center' | 'right'
}

/**
 * Draws a line of text in Inter on whole device pixels, with capitals and digits centred vertically on `y`.
 * Emoji that no font has are boxes or similar signs. Hebrew and Arabic run from right to left; characters that change the
 * direction are removed.
 */
export function drawText(ctx: SKRSContext2D, text: string, x: number, y: number, options: DrawTextOptions) {
  const words = toDrawable(checkText(CALL, text, options))
  const {
    size,
    weight = 500,
    width = Number.POSITIVE_INFINITY,
    shrink = 0.6,
    align = 'center',
    tabular = false,
    color,
    outline,
  } = options
  const needed = textWidth(words, `${weight} ${size}px Inter`)
  const em = size * Math.min(1, Math.max(shrink, width / needed))
  const font = `${weight} ${em}px Inter`
  const { d: scale, f: top } = ctx.getTransform()
  const baseline = (Math.round((y + (em * CAPITAL_HEIGHT) / 2) * scale + top) - top) / scale
  ctx.save()
  if (color) ctx.fillStyle = color
  ctx.font = font
  if (tabular) ctx.fontVariantNumeric = 'tabular-nums'
  ctx.textAlign = align
  ctx.direction = isRightToLeft(words) ? 'rtl' : 'ltr'
  // Text width is not exactly proportional to font size: do not cut text that was shrunk to fit over a fraction of a pixel.
  const shown = needed * shrink > width ? cutText(words, font, width) : words
  if (outline) {
    ctx.strokeStyle = outline
    ctx.lineWidth = em * OUTLINE
    ctx.lineJoin = 'round'
    ctx.strokeText(shown, x, baseline)
  }
  ctx.fillText(shown, x, baseline)
  ctx.restore()
}
