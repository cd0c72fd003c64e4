import { paint } from '../dist/src/picture/encode.js'
import { toCells } from './text.mjs'

const WIDTH = 880
const MARGIN = 28
const LINE = 22
const TITLE = 44
const COLUMNS = [
  { at: MARGIN, align: 'left' },
  { at: 500, align: 'right' },
  { at: 596, align: 'right' },
  { at: 676, align: 'right' },
  { at: 776, align: 'right' },
  { at: WIDTH - MARGIN, align: 'right' },
]
const HEADINGS = ['', 'Imgcast', 'control', 'ratio', 'target', '']
// Readable on light and dark pages, since the picture has its own background.
const GROUND = '#0d1117'
const INK = '#e6edf3'
const FAINT = '#8d96a0'
const RULE = '#30363d'
const COLORS = { holds: '#3fb950', misses: '#f0883e' }

/** A result as a picture: PNG, twice as large for dense screens. */
export function toPicture({ machine, rows, date }) {
  const lines = rows.reduce((sum, row) => sum + row.lines.length, 0)
  const height = MARGIN * 2 + rows.length * TITLE + lines * LINE + 40
  const sheet = { width: WIDTH, height, scale: 2, format: 'png', quality: 90 }
  return paint(sheet, (ctx) => {
    ctx.fillStyle = GROUND
    ctx.fillRect(0, 0, WIDTH, height)
    let y = MARGIN
    write(ctx, HEADINGS, y + 12, FAINT, '500 12px Inter')
    for (const { title, lines: results } of rows) {
      y += TITLE
      ctx.fillStyle = RULE
      ctx.fillRect(MARGIN, y - 24, WIDTH - MARGIN * 2, 1)
      write(ctx, [title], y, INK, '600 14px Inter')
      for (const result of results) {
        y += LINE
        drawLine(ctx, toCells(result), y)
      }
    }
    write(ctx, [`${machine}; ${date}`], height - MARGIN + 8, FAINT, '400 12px Inter')
  }).bytes
}

function drawLine(ctx, cells, y) {
  const verdict = cells.at(-1)
  write(ctx, cells.slice(0, -1), y, verdict === '' ? FAINT : INK, '400 13px Inter')
  write(ctx, ['', '', '', '', '', verdict], y, COLORS[verdict] ?? FAINT, '600 13px Inter')
}

function write(ctx, cells, y, color, font) {
  ctx.fillStyle = color
  ctx.font = font
  ctx.fontVariantNumeric = 'tabular-nums'
  cells.forEach((cell, column) => {
    ctx.textAlign = COLUMNS[column].align
    ctx.fillText(cell, COLUMNS[column].at, y)
  })
}
