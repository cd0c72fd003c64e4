import { createCanvas, type SKRSContext2D } from '@napi-rs/canvas'

/** Context calls and settings that Skia's SVG does not support: it would ignore them and draw a different picture. */
const UNWRITABLE = ['clearRect', 'putImageData', 'createConicGradient', 'createPattern', 'drawCanvas']
const UNWRITABLE_SETTINGS = { globalCompositeOperation: 'source-over', filter: 'none' }
/** An emoji in colour, or one that a font may have in colour. */
const EMOJI = /\p{Emoji_Presentation}|\p{Regional_Indicator}|\p{Extended_Pictographic}\ufe0f/u
/** Pixels per CSS pixel of a text with emoji. */
const EMOJI_SCALE = 3
const EMOJI_MARGIN = 2
const TEXT_SETTINGS = [
  'font',
  'textBaseline',
  'direction',
  'fontVariantNumeric',
  'letterSpacing',
  'fillStyle',
] as const
const QUARTER = Math.PI / 2
/** Distance of a Bézier curve's control points, for a quarter of a circle of radius 1. */
const KAPPA = 0.5522847498

/**
 * Prepares the context of an SVG canvas. Corners and circles become Bézier curves: Skia would write each as 64 pieces. A
 * text with emoji becomes an image, because emoji have no outlines and Skia would leave a gap.
 * @returns a function that reports whether everything that was drawn can be written as SVG.
 */
export function prepareSvgContext(ctx: SKRSContext2D): () => boolean {
  const isWritable = watch(ctx)
  const { roundRect, arc } = ctx
  define(ctx, 'roundRect', (x: number, y: number, width: number, height: number, radius: unknown) => {
    if (typeof radius !== 'number' || width < 0 || height < 0)
      return roundRect.call(ctx, x, y, width, height, radius as number)
    addRoundRect(ctx, [x, y, width, height], Math.min(radius, width / 2, height / 2))
  })
  define(
    ctx,
    'arc',
    (x: number, y: number, radius: number, start: number, end: number, backwards = false) => {
      if (backwards || end < start) return arc.call(ctx, x, y, radius, start, end, backwards)
      addArc(ctx, [x, y, radius], start, Math.min(end, start + Math.PI * 2))
    },
  )
  const { fillText } = ctx
  define(ctx, 'fillText', (text: string, x: number, y: number, width?: number) => {
    if (EMOJI.test(text) && width === undefined) fillAsImage(ctx, text, x, y)
    else fillText.call(ctx, text, x, y, ...(width === undefined ? [] : [width]))
  })
  return isWritable
}

function define(ctx: SKRSContext2D, name: string, value: unknown): void {
  Object.defineProperty(ctx, name, { value })
}

function addRoundRect(
  ctx: SKRSContext2D,
  [x, y, width, height]: readonly [number, number, number, number],
  radius: number,
): void {
  const [right, bottom, near] = [x + width, y + height, radius * (1 - KAPPA)]
  ctx.moveTo(x + radius, y)
  ctx.lineTo(right - radius, y)
  ctx.bezierCurveTo(right - near, y, right, y + near, right, y + radius)
  ctx.lineTo(right, bottom - radius)
  ctx.bezierCurveTo(right, bottom - near, right - near, bottom, right - radius, bottom)
  ctx.lineTo(x + radius, bottom)
  ctx.bezierCurveTo(x + near, bottom, x, bottom - near, x, bottom - radius)
  ctx.lineTo(x, y + radius)
  ctx.bezierCurveTo(x, y + near, x + near, y, x + radius, y)
  ctx.closePath()
}

function addArc(
  ctx: SKRSContext2D,
  [x, y, radius]: readonly [number, number, number],
  start: number,
  end: number,
): void {
  const count = Math.max(1, Math.ceil((end - start) / QUARTER - 1e-9))
  const step = (end - start) / count
  const reach = (4 / 3) * Math.tan(step / 4) * radius
  ctx.lineTo(x + Math.cos(start) * radius, y + Math.sin(start) * radius)
  for (let index = 0; index < count; index += 1) {
    const [from, to] = [start + step * index, start + step * (index + 1)]
    const [endX, endY] = [x + Math.cos(to) * radius, y + Math.sin(to) * radius]
    ctx.bezierCurveTo(
      x + Math.cos(from) * radius - Math.sin(from) * reach,
      y + Math.sin(from) * radius + Math.cos(from) * reach,
      endX + Math.sin(to) * reach,
      endY - Math.cos(to) * reach,
      endX,
      endY,
    )
  }
}

function fillAsImage(ctx: SKRSContext2D, text: string, x: number, y: number): void {
  const box = ctx.measureText(text)
  const [left, above] = [box.actualBoundingBoxLeft + EMOJI_MARGIN, box.actualBoundingBoxAscent + EMOJI_MARGIN]
  const width = Math.ceil(left + box.actualBoundingBoxRight + EMOJI_MARGIN)
  const height = Math.ceil(above + box.actualBoundingBoxDescent + EMOJI_MARGIN)
  if (!(width > 0 && height > 0)) return
  const canvas = createCanvas(width * EMOJI_SCALE, height * EMOJI_SCALE)
  const copy = canvas.getContext('2d')
  copy.scale(EMOJI_SCALE, EMOJI_SCALE)
  for (const name of TEXT_SETTINGS) Object.assign(copy, { [name]: ctx[name] })
  copy.textAlign = ctx.textAlign
  copy.fillText(text, left, above)
  ctx.drawImage(canvas, x - left, y - above, width, height)
}

/** Watches for calls that SVG does not support. Returns a function that reports whether there were none. */
function watch(ctx: SKRSContext2D): () => boolean {
  let writable = true
  const prototype = Object.getPrototypeOf(ctx)
  for (const name of UNWRITABLE) {
    const method = prototype[name]
    if (typeof method !== 'function') continue
    define(ctx, name, (...values: unknown[]) => {
      writable = false
      return method.apply(ctx, values)
    })
  }
  const settings = { ...UNWRITABLE_SETTINGS, shadowColor: ctx.shadowColor }
  for (const [name, initial] of Object.entries(settings)) {
    Object.defineProperty(ctx, name, {
      get: () => Reflect.get(prototype, name, ctx),
      set(value: unknown) {
        if (value !== initial) writable = false
        Reflect.set(prototype, name, value, ctx)
      },
    })
  }
  return () => writable
}
