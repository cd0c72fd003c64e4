import type { SKRSContext2D } from '@napi-rs/canvas'
import { breakLines } from './break-lines.ts'
import { checkText } from './check-text.ts'
import { toDrawable } from './drawable.ts'
import { cutText, isRightToLeft, textWidth } from './text.ts'

/** Options of `drawParagraph` and `measureParagraph`. */
export interface ParagraphOptions {
  /** Font size in CSS pixels. */
  size: number
  /** Width of the lines in CSS pixels. */
  width: number
  /** 400 to 700. @default 400 */
  weight?: number
  /** A font, or several with commas between. @default Inter */
  family?: string
  /** Maximum number of lines; the last one ends in an ellipsis if there are more. @default unlimited */
  lines?: number
  /** Distance of two baselines, in font sizes. @default 1.4 */
  lineHeight?: number
  /** @default 'start': left, or right for a text that runs from right to left */
  align?: 'start' | 'end' | 'left' | 'center' | 'right'
  /** @default the context's `fillStyle` */
  color?: string | undefined
}

/** A text in lines. */
export interface Paragraph {
  lines: readonly string[]
  /** The width of the longest line, in CSS pixels. */
  width: number
  height: number
  /** Whether some of the text is missing. */
  isCut: boolean
}

/** Height of Inter's capitals, in em. */
const CAPITAL_HEIGHT = 0.727
const MAX_LINES = 1_000
const OPTIONS = [
  'size',
  'width',
  'weight',
  'family',
  'lines',
  'lineHeight',
  'align',
  'color',
] as const satisfies (keyof ParagraphOptions)[]
const CHECKED = { options: OPTIONS, required: ['size', 'width'] as const }
const DRAW = { name: 'drawParagraph', ...CHECKED }
const MEASURE = { name: 'measureParagraph', ...CHECKED }
/** What an ellipsis stands in place of. */
const ENDINGS = ' ,;:.…'

/**
 * Draws a text in lines from its top left corner: it wraps, is cut with an ellipsis after `lines`, and runs from right to left
 * in Hebrew and Arabic, paragraph by paragraph. Returns its size, as `measureParagraph` does.
 */
export function drawParagraph(
  ctx: SKRSContext2D,
  text: string,
  x: number,
  y: number,
  options: ParagraphOptions,
): Paragraph {
  const words = checkText(DRAW, text, options)
  const { size, lineHeight = 1.4, width, align = 'start', color } = options
  const { lines, ...shape } = layOut(words, options)
  ctx.save()
  if (color) ctx.fillStyle = color
  ctx.font = fontOf(options)
  for (const [index, line] of lines.entries()) {
    const side =
      align === 'start' || align === 'end'
        ? line.isMirrored === (align === 'end')
          ? 'left'
          : 'right'
        : align
    ctx.direction = line.isMirrored ? 'rtl' : 'ltr'
    ctx.textAlign = side
    const at = side === 'left' ? x : side === 'right' ? x + width : x + width / 2
    ctx.fillText(line.text, at, y + size * (lineHeight * (index + 0.5) + CAPITAL_HEIGHT / 2))
  }
  ctx.restore()
  return { ...shape, lines: lines.map((line) => line.text) }
}

/** Lays out a text without drawing it: for a `size` function, or for what stands below it. */
export function measureParagraph(text: string, options: ParagraphOptions): Paragraph {
  const { lines, ...shape } = layOut(checkText(MEASURE, text, options), options)
  return { ...shape, lines: lines.map((line) => line.text) }
}

interface ShownLine {
  text: string
  isMirrored: boolean
}

function layOut(text: string, options: ParagraphOptions) {
  const { size, width, lines: most = MAX_LINES, lineHeight = 1.4 } = options
  const font = fontOf(options)
  const shown: ShownLine[] = []
  let isCut = false
  let isMirrored: boolean | undefined
  const clean = text
    .split(/\r\n|[\n\r\u2028\u2029]/)
    .map(toDrawable)
    .join('\n')
  for (const line of breakLines(clean, width, (each) => textWidth(each, font))) {
    isMirrored ??= isRightToLeft(line.text)
    const last = shown.at(-1)
    if (last && shown.length >= Math.min(most, MAX_LINES)) {
      isCut = line.text !== '' || !line.isLast || isCut
      if (isCut) last.text = endLine(last.text, font, width)
      if (isCut) break
      continue
    }
    shown.push({ text: line.text, isMirrored })
    if (line.isLast) isMirrored = undefined
  }
  const longest = Math.max(0, ...shown.map((line) => textWidth(line.text, font)))
  return { lines: shown, width: longest, height: shown.length * size * lineHeight, isCut }
}

function fontOf({ size, weight = 400, family = 'Inter' }: ParagraphOptions): string {
  return `${weight} ${size}px ${family}`
}

/** Adds an ellipsis, in place of letters where it would not fit, and of a comma or space before it. */
function endLine(line: string, font: string, width: number): string {
  const ended = `${withoutEnding(line)}…`
  if (textWidth(ended, font) <= width) return ended
  return `${withoutEnding(cutText(ended, font, width).slice(0, -1))}…`
}

function withoutEnding(line: string): string {
  let end = line.length
  while (end > 0 && ENDINGS.includes(line.charAt(end - 1))) end -= 1
  return line.slice(0, end)
}
