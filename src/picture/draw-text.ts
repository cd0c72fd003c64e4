import type { SKRSContext2D } from '@napi-rs/canvas'
import { cutText, dropMissingEmoji, isRightToLeft, textWidth } from './text.ts'

/** How high Inter's capitals and figures are, in em. */
const CAPITAL_HEIGHT = 0.727
/** How `drawText` sets a line. */
export interface DrawTextOptions {
  /** CSS pixels. */
  size: number
  /** 400 to 700. @default 500 */
  weight?: number
  /** @default the context's `fillStyle` */
  color?: string | undefined
  /** The most CSS pixels it may take: smaller type comes first, then fewer letters. @default any */
  width?: number
  /** Figures of one width, so that nothing moves while a number changes. @default false */
  tabular?: boolean
  /** The smallest type, as a share of `size`. @default 0.6 */
  shrink?: number
  /** What `x` is. @default center */
  align?: 'left' | 'center' | 'right'
}

/**
 * Draws a line of Inter, its capitals and figures centred on `y`, on whole device pixels.
 * Emoji that no font here has are left out, and Hebrew or Arabic runs from right to left.
 */
export function drawText(ctx: SKRSContext2D, text: string, x: number, y: number, options: DrawTextOptions) {
  const {
    size,
    weight = 500,
    width = Number.POSITIVE_INFINITY,
    shrink = 0.6,
    align = 'center',
    tabular = false,
    color,
  } = options
  const words = dropMissingEmoji(text)
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
  // Type is not as wide as it is high at every size: what was shrunk to fit is not cut for a fraction of a pixel.
  ctx.fillText(needed * shrink > width ? cutText(words, font, width) : words, x, baseline)
  ctx.restore()
}
