import type { SKRSContext2D } from '@napi-rs/canvas'
import { LRUCache } from 'lru-cache'
import { parseColor } from '../color.ts'
import { toDrawable } from '../drawable.ts'
import type { Attributes } from './svg-elements.ts'

/** The attributes that elements inherit from their group. */
export interface Ink {
  fill: string
  stroke: string | undefined
  opacity: number
  size: number
  weight: string
  face: string
  /** Device pixels for each unit of its coordinates. */
  pixels: number
  /** The radius at the corners of the badge. */
  corner: number
}

/** No colour. */
export const NOTHING = 'rgba(0,0,0,0)'
/** Scripts whose letters are joined or reordered: their text is scaled in width instead of spaced. */
const JOINED = /[\u0590-\u109f\u1780-\u18af\ufb1d-\ufdff\ufe70-\ufeff]/
/** The deviation of the blurred shadow of a text, in the units of its group: badge-maker's only filter. */
const DEVIATION = 16

/** The texts that were measured last: a shadow comes before its text, in the same font. */
const MEASURED = new LRUCache<string, { words: string; natural: number }>({ max: 8 })

/** Paints a text of a badge in the width that its SVG says. */
export function paintText(ctx: SKRSContext2D, of: Attributes, text: string, ink: Ink): void {
  const color = withAlpha(ink.fill, ink.opacity)
  const font = `${ink.weight} ${ink.size}px ${ink.face}`
  ctx.font = font
  const { words, natural } = measure(ctx, font, text)
  const width = Number(of.textLength)
  const gaps = [...words].length - 1
  const left = Number(of.x) - width / 2
  const y = Number(of.y)
  const isJoined = JOINED.test(words) && natural > 0
  const stretch = isJoined ? width / natural : 1
  if (isJoined) ctx.scale(stretch, 1)
  ctx.letterSpacing = isJoined || gaps === 0 ? '0px' : `${(width - natural) / gaps}px`
  const x = (isJoined || gaps > 0 ? left : Number(of.x) - natural / 2) / stretch
  if (of.filter) paintShadow(ctx, words, { x, y, color, pixels: ink.pixels, stretch })
  else {
    ctx.fillStyle = color
    ctx.fillText(words, x, y)
  }
  if (isJoined) ctx.scale(1 / stretch, 1)
}

/** The shadow alone, of a text outside the canvas: a filter takes twice as long. */
function paintShadow(
  ctx: SKRSContext2D,
  words: string,
  { x, y, color, pixels, stretch }: { x: number; y: number; color: string; pixels: number; stretch: number },
): void {
  const aside = ctx.canvas.width * 2
  ctx.shadowColor = color
  ctx.fillStyle = '#000'
  // In device pixels, whatever the transform (HTML, section 4.12.5.1.18), and twice the deviation.
  ctx.shadowBlur = 2 * DEVIATION * pixels
  ctx.shadowOffsetX = aside
  ctx.fillText(words, x - aside / (pixels * stretch), y)
  ctx.shadowColor = NOTHING
}

function measure(ctx: SKRSContext2D, font: string, text: string): { words: string; natural: number } {
  const id = `${font} ${text}`
  const recent = MEASURED.get(id)
  if (recent) return recent
  const words = toDrawable(text)
  ctx.letterSpacing = '0px'
  const measured = { words, natural: ctx.measureText(words).width }
  MEASURED.set(id, measured)
  return measured
}

/** Returns a colour with an opacity, as CSS has it. */
export function withAlpha(color: string, opacity: number): string {
  if (opacity >= 1) return color
  const parsed = parseColor(color) ?? color
  if (!/^#\w{6}$/.test(parsed)) return parsed
  return `${parsed}${Math.round(opacity * 255)
    .toString(16)
    .padStart(2, '0')}`
}
