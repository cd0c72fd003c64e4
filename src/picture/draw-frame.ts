import type { Image, SKRSContext2D } from '@napi-rs/canvas'
import { drawText } from './draw-text.ts'
import { type FrameFit, placeFrame } from './place-frame.ts'

export { FITS, type FrameFit, parseCrop } from './place-frame.ts'

/** A decoded frame and its size. */
interface DecodedFrame {
  image: Image
  width: number
  height: number
}

const STRIP = { height: 22, text: 12, ground: '#0d1117d9', ink: '#f0f6fc' }
/** A strip on a small picture covers at most this share of it. */
const MAX_SHARE = 0.3

/** Draws a frame from elsewhere in a picture of any size. */
export function drawFrame(
  ctx: SKRSContext2D,
  { image, ...frame }: DecodedFrame,
  picture: { width: number; height: number },
  look: { fit: FrameFit; crop: string },
): void {
  const { from, to } = placeFrame(frame, picture, look)
  ctx.drawImage(image, from.x, from.y, from.width, from.height, to.x, to.y, to.width, to.height)
}

/** Draws a line of text on a dark strip along the lower edge of a picture, or the upper one. */
export function drawStrip(
  ctx: SKRSContext2D,
  text: string,
  { width, height }: { width: number; height: number },
  { isAbove = false, color = STRIP.ink } = {},
): void {
  const deep = Math.min(STRIP.height, height * MAX_SHARE)
  const top = isAbove ? 0 : height - deep
  ctx.save()
  ctx.fillStyle = STRIP.ground
  ctx.fillRect(0, top, width, deep)
  const size = (STRIP.text * deep) / STRIP.height
  const inside = Math.max(1, width - size)
  drawText(ctx, text, width / 2, top + deep / 2, { size, width: inside, color, tabular: true })
  ctx.restore()
}
