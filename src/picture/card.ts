import type { SKRSContext2D } from '@napi-rs/canvas'
import { paint, type Sheet } from './encode.ts'
import type { Frame } from './frame.ts'
import { paintSvg } from './svg.ts'
import { cutText, measuringContext } from './text.ts'

const PADDING = 10
const MARK = 14
const LARGEST_FONT = 14
const SMALLEST_FONT = 8
const READABLE_FONT = 11
const WIDEST_CARD = 420
/** Fewer letters of a cut caption say nothing: a card too small for them shows its mark alone, as large as fits. */
const FEWEST_LETTERS = 12
/** Of the shorter side of such a card. */
const LONE_MARK = 0.7
const LARGEST_MARK = 32

const LIGHT = { ground: '#fdf1f0', edge: '#e5a49e', ink: '#86201a', mark: '#c4312a', sign: '#ffffff' }
const DARK = { ground: '#2b1315', edge: '#7d2f2b', ink: '#ffc4bd', mark: '#ff7b72', sign: '#2b1315' }
type CardColors = typeof LIGHT

interface TextLayout {
  fontSize: number
  lines: string[]
  isCut: boolean
}

/** Draws an error card of exactly the given size: the caption is wrapped, then shrunk, and finally cut to fit. */
export function errorCard(sheet: Sheet, caption: string): Frame {
  const { width, height, format, theme = 'auto' } = sheet
  const drawFor = (colors: CardColors) => (ctx: SKRSContext2D) =>
    drawError(ctx, width, height, caption, colors)
  const titled = { ...sheet, title: caption }
  if (format === 'svg' && theme === 'auto') return paintSvg(titled, [drawFor(LIGHT), drawFor(DARK)])
  return paint(titled, drawFor(theme === 'dark' ? DARK : LIGHT))
}

/**
 * Returns the size of an error card with a readable caption: the size of the picture that it replaces, if the caption
 * fits in smaller type, or otherwise larger with the same proportions, because its page scales it to the picture's size.
 * If that is too wide, it is wide enough for 14 px.
 */
export function roomyCardSize(
  caption: string,
  min: { width: number; height: number },
): { width: number; height: number } {
  const ctx = measuringContext()
  for (let factor = 1; min.width * factor <= WIDEST_CARD; factor += 0.25) {
    const [width, height] = [Math.round(min.width * factor), Math.round(min.height * factor)]
    if (captionFits(ctx, caption, width, height, factor === 1 ? READABLE_FONT : LARGEST_FONT))
      return { width, height }
  }
  const inset = PADDING * 3 + MARK
  ctx.font = font(LARGEST_FONT)
  const needed = Math.ceil(ctx.measureText(caption).width) + inset
  const width = Math.max(min.width, Math.min(WIDEST_CARD, needed))
  const lines = wrap(ctx, caption, width - inset)
  return {
    width,
    height: Math.max(min.height, Math.ceil(lines.length * LARGEST_FONT * 1.35) + PADDING * 2),
  }
}

function captionFits(
  ctx: SKRSContext2D,
  caption: string,
  width: number,
  height: number,
  fontSize: number,
): boolean {
  const { padding, left } = layOutCard(width, height)
  const room = width - left - padding
  ctx.font = font(fontSize)
  const lines = wrap(ctx, caption, room)
  return (
    lines.length * fontSize * 1.3 <= height - padding &&
    lines.every((line) => ctx.measureText(line).width <= room)
  )
}

/** The position of the caption, beside the mark if there is space for one. */
function layOutCard(width: number, height: number): { padding: number; mark: number; left: number } {
  const padding = Math.max(2, Math.min(PADDING, width / 16, height / 5))
  const mark = width >= 90 && height >= 16 ? Math.min(MARK, height - padding * 2) : 0
  return { padding, mark, left: padding + (mark > 0 ? mark + padding * 0.8 : 0) }
}

/** Draws the placeholder of a picture that is not ready yet, unobtrusive on light and dark pages. */
export function placeholderCard(sheet: Sheet): Frame {
  return paint(sheet, (ctx) => {
    const { width, height } = sheet
    const dot = Math.max(1.5, Math.min(4, height / 10))
    ctx.fillStyle = 'rgba(127, 127, 127, 0.14)'
    ctx.beginPath()
    ctx.roundRect(0, 0, width, height, Math.min(8, height / 4))
    ctx.fill()
    ctx.fillStyle = 'rgba(127, 127, 127, 0.75)'
    for (const step of [-1, 0, 1]) {
      ctx.beginPath()
      ctx.arc(width / 2 + step * dot * 4, height / 2, dot, 0, Math.PI * 2)
      ctx.fill()
    }
  })
}

function drawError(
  ctx: SKRSContext2D,
  width: number,
  height: number,
  caption: string,
  colors: CardColors,
): void {
  ctx.fillStyle = colors.ground
  ctx.beginPath()
  ctx.roundRect(0.5, 0.5, width - 1, height - 1, Math.min(8, height / 4))
  ctx.fill()
  ctx.strokeStyle = colors.edge
  ctx.lineWidth = 1
  ctx.stroke()
  const { padding, mark, left } = layOutCard(width, height)
  const layout = fitText(ctx, caption, width - left - padding, height - padding)
  const isReadable = !layout.isCut || layout.lines.join('').length >= FEWEST_LETTERS
  if (!isReadable || height < SMALLEST_FONT) {
    const size = Math.min(LARGEST_MARK, Math.min(width, height) * LONE_MARK)
    return drawMark(ctx, width / 2, height / 2, size, colors)
  }
  const lineHeight = layout.fontSize * 1.3
  const top = (height - layout.lines.length * lineHeight) / 2 + lineHeight / 2
  if (mark > 0) drawMark(ctx, padding + mark / 2, height / 2, mark, colors)
  ctx.font = font(layout.fontSize)
  ctx.fillStyle = colors.ink
  ctx.textBaseline = 'middle'
  layout.lines.forEach((line, index) => {
    ctx.fillText(line, left, top + index * lineHeight)
  })
}

function drawMark(ctx: SKRSContext2D, x: number, y: number, size: number, colors: CardColors): void {
  ctx.fillStyle = colors.mark
  ctx.beginPath()
  ctx.arc(x, y, size / 2, 0, Math.PI * 2)
  ctx.fill()
  ctx.fillStyle = colors.sign
  ctx.fillRect(x - size * 0.07, y - size * 0.28, size * 0.14, size * 0.34)
  ctx.beginPath()
  ctx.arc(x, y + size * 0.24, size * 0.09, 0, Math.PI * 2)
  ctx.fill()
}

/** The largest type size in which the whole caption fits the box, or the smallest one with a cut caption. */
function fitText(ctx: SKRSContext2D, caption: string, width: number, height: number): TextLayout {
  for (let fontSize = LARGEST_FONT; fontSize > SMALLEST_FONT; fontSize -= 1) {
    ctx.font = font(fontSize)
    const lines = wrap(ctx, caption, width)
    const fits = lines.every((line) => ctx.measureText(line).width <= width)
    if (fits && lines.length * fontSize * 1.3 <= height) return { fontSize, lines, isCut: false }
  }
  ctx.font = font(SMALLEST_FONT)
  const room = Math.max(1, Math.floor(height / (SMALLEST_FONT * 1.3)))
  const lines = wrap(ctx, caption, width)
  const kept = lines.slice(0, room)
  if (lines.length > room) kept[room - 1] = `${kept[room - 1]} ${lines[room]}`
  const cut = kept.map((line) => cutText(line, font(SMALLEST_FONT), width))
  const isCut = lines.length > room || cut.some((line, index) => line !== kept[index])
  return { fontSize: SMALLEST_FONT, lines: cut, isCut }
}

function wrap(ctx: SKRSContext2D, text: string, width: number): string[] {
  const lines: string[] = []
  for (const word of text.split(/\s+/)) {
    const last = lines.at(-1)
    if (last !== undefined && ctx.measureText(`${last} ${word}`).width <= width) {
      lines[lines.length - 1] = `${last} ${word}`
    } else lines.push(word)
  }
  return lines
}

function font(size: number): string {
  return `500 ${size}px Inter`
}
