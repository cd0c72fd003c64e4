import type { SKRSContext2D } from '@napi-rs/canvas'
import { drawText } from './draw-text.ts'

/** Sizes of the sign in CSS pixels: with words where they fit, else bars alone. */
export const WORDS = { width: 60, height: 16 }
export const SIGN = { width: 12, height: 12 }

const BACKGROUND = '#1f2328'
const FOREGROUND = '#ffffff'
const ACCENT = '#f0b429'

/** Draws the sign of a picture that is not current at the origin: a struck signal, and `text` where it has that size. */
export function drawStaleSign(ctx: SKRSContext2D, { width, height }: typeof SIGN, text: string): void {
  ctx.fillStyle = BACKGROUND
  ctx.beginPath()
  ctx.roundRect(0, 0, width, height, height / 4)
  ctx.fill()
  if (width < WORDS.width) return drawBars(ctx, 2, 2, 8)
  drawBars(ctx, 4, 4, 8)
  drawText(ctx, text, 36, height / 2, { size: 9, weight: 600, color: FOREGROUND, width: 44 })
}

/** Writes the same sign as SVG, with its top left corner at a point. */
export function staleSignSvg(x: number, y: number, { width, height }: typeof SIGN, text: string): string {
  const hasWords = width >= WORDS.width
  const edge = hasWords ? 4 : 2
  const bars = [0, 1, 2].map((bar) => {
    const tall = (8 * (bar + 1)) / 3
    return `M${edge + bar * 3} ${edge + 8 - tall}h2v${tall}h-2z`
  })
  const words = hasWords
    ? `<text x="36" y="11.3" fill="${FOREGROUND}" font-family="Inter,Verdana,sans-serif" font-size="9" font-weight="600" text-anchor="middle">${text}</text>`
    : ''
  return (
    `<g transform="translate(${x} ${y})"><rect width="${width}" height="${height}" rx="${height / 4}" fill="${BACKGROUND}"/>` +
    `<path d="${bars.join('')}" fill="${FOREGROUND}"/>` +
    `<path d="M${edge} ${edge}l8 8" stroke="${ACCENT}" stroke-width="1.5"/>${words}</g>`
  )
}

/** Three bars of a signal's strength, struck through. */
function drawBars(ctx: SKRSContext2D, x: number, y: number, side: number): void {
  ctx.fillStyle = FOREGROUND
  for (let bar = 0; bar < 3; bar += 1) {
    const height = (side * (bar + 1)) / 3
    ctx.fillRect(x + bar * 3, y + side - height, 2, height)
  }
  ctx.strokeStyle = ACCENT
  ctx.lineWidth = 1.5
  ctx.beginPath()
  ctx.moveTo(x, y)
  ctx.lineTo(x + side, y + side)
  ctx.stroke()
}
