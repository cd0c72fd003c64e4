import type { SKRSContext2D } from '@napi-rs/canvas'
import { checkOptions } from '../system/unknown-fields.ts'

/** Options of `drawBox`. */
export interface DrawBoxOptions {
  color: SKRSContext2D['fillStyle']
  /** Corner radius, in CSS pixels. @default 0 */
  corner?: number
  /** Colour of a border inside the box. @default none */
  edge?: string
  /** Width of the border, in CSS pixels. @default 1 */
  thickness?: number
}

const OPTIONS = ['color', 'corner', 'edge', 'thickness'] as const satisfies (keyof DrawBoxOptions)[]

type Sides = readonly [x: number, y: number, width: number, height: number]

/** Draws a box with rounded corners. */
export function drawBox(ctx: SKRSContext2D, [x, y, width, height]: Sides, options: DrawBoxOptions): void {
  checkOptions('drawBox', options, OPTIONS)
  const { color, corner = 0, edge, thickness = edge ? 1 : 0 } = options
  ctx.save()
  ctx.beginPath()
  const inset = thickness / 2
  ctx.roundRect(x + inset, y + inset, width - thickness, height - thickness, Math.max(0, corner - inset))
  ctx.fillStyle = color
  ctx.fill()
  if (edge) {
    ctx.strokeStyle = edge
    ctx.lineWidth = thickness
    ctx.stroke()
  }
  ctx.restore()
}
