import type { SKRSContext2D as Context } from '@napi-rs/canvas'
import { FIRST_FONT } from '../../picture/draw-canvas.ts'
import { Mistake } from './mistake.ts'

/**
 * Keeps the size of a picture's canvas: its bytes must have the size that the page reserves for it. Setting the same size
 * clears the canvas, as in a browser, and keeps its scale; libraries for charts do so first.
 */
export function guardCanvas(ctx: Context): void {
  const { canvas } = ctx
  const scale = ctx.getTransform()
  const prototype: object = Object.getPrototypeOf(canvas)
  for (const side of ['width', 'height'] as const) {
    Object.defineProperty(canvas, side, {
      configurable: true,
      get: () => Reflect.get(prototype, side, canvas) as number,
      set(length: unknown) {
        const actual = Reflect.get(prototype, side, canvas) as number
        if (length !== actual)
          throw new Mistake(
            `set the ${side} of its canvas to ${String(length).slice(0, 20)}: the size of a picture is that of \`size\``,
          )
        Reflect.set(prototype, side, length, canvas)
        ctx.setTransform(scale)
        ctx.font = FIRST_FONT
      },
    })
  }
}
