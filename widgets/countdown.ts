import {
  backgroundTone,
  dateToTime,
  defineWidget,
  drawBox,
  drawText,
  param,
  textWidth,
  zoneOffset,
} from 'imgcast'

const COLORS = {
  light: { ground: '#ffffff', edge: '#d0d7de', cell: '#eef1f4', line: '', ink: '#1f2328', quiet: '#59636e' },
  dark: { ground: '#161b22', edge: '#3d444d', cell: '#2a313a', line: '', ink: '#f0f6fc', quiet: '#a3acb6' },
  either: { ground: '#0000', edge: '', cell: '#0000', line: '#7d858c66', ink: '#767b81', quiet: '#767b81' },
}
const UNITS = ['days', 'hours', 'minutes', 'seconds']
// The smallest readable font size, in CSS pixels, and the smallest letter size.
const [SMALLEST, SMALLEST_LETTER] = [9, 7]

export default defineWidget({
  title: 'Countdown',
  about: 'Days, hours, minutes and seconds to a date.',
  gallery: { rank: 70 },
  size: { width: { min: 100, max: 1000, default: 320 }, height: { min: 20, max: 400, default: 120 } },
  params: {
    to: param.date('', { about: 'The end of the countdown; empty for the next New Year.' }),
    zone: param.zone('UTC', { about: 'Time zone for a date without an offset.' }),
    label: param.text('until {date}', { max: 60, about: 'Text; {date} is replaced by the date.' }),
    done: param.text('It is time', { max: 60, about: 'Text after the countdown has ended.' }),
    style: param.choice(['cells', 'line'], 'cells', { about: 'A box per unit, or one line of text.' }),
    theme: param.theme('auto', { about: 'For light or dark pages; auto is a dark card that suits both.' }),
    color: param.color('', { about: 'The figures.' }),
    background: param.color('', { about: 'Background colour, or transparent.' }),
  },
  animate: { every: () => 1000 },
  draw(ctx, { width, height, params, time }) {
    const { zone, style, color, background, theme } = params
    const { ground, edge, cell, line, ink, quiet } = COLORS[backgroundTone(background, theme, 'dark')]
    const next = new Date(time + zoneOffset(time, zone)).getUTCFullYear() + 1
    const to = params.to || `${next}-01-01`
    const left = Math.ceil(Math.max(0, dateToTime(to, zone) - time) / 1000)
    const date = new Intl.DateTimeFormat('en-GB', { dateStyle: 'long', timeZone: zone })
    const label = params.label.replace('{date}', date.format(dateToTime(to, zone)))
    const day = new Date(left * 1000).toISOString()
    const [hours = '', minutes = '', seconds = ''] = day.slice(11, 19).split(':')
    const days = String(Math.floor(left / 86_400))

    const gap = Math.min(width / 24, height / 10)
    const hairline = background === 'transparent' ? '' : edge
    drawBox(ctx, [0, 0, width, height], { color: background || ground, edge: hairline, corner: gap * 1.2 })
    const loud = { color: color || ink, weight: 600, tabular: true }
    if (style === 'line') {
      const [size, inset] = [Math.min(height * 0.42, width * 0.058), height * 0.32]
      const half = { size, width: width / 2 - inset, shrink: Math.min(1, SMALLEST / size) }
      const figures = left ? `${days === '0' ? '' : `${days}d `}${hours}:${minutes}:${seconds}` : params.done
      drawText(ctx, label, inset, height / 2, { color: quiet, ...half, align: 'left' })
      drawText(ctx, figures, width - inset, height / 2, { ...loud, ...half, align: 'right' })
      return
    }
    const title = { color: quiet, size: Math.max(SMALLEST, height * 0.125), width: width - gap * 2 }
    const top = label.trim() && height >= SMALLEST * 6 ? height * 0.27 : gap
    if (top > gap) drawText(ctx, label, width / 2, top * 0.54, title)
    const high = height - top - gap
    const done = { ...loud, size: high * 0.4, width: width - gap * 4 }
    if (left === 0) return drawText(ctx, params.done, width / 2, top + high / 2, done)
    // Cells of equal width, except for years of days.
    const shares = [Math.max(1, days.length / 3), 1, 1, 1]
    const wide = shares.map((share, _, [most = 1]) => (share / (most + 3)) * (width - gap * 5))
    const inside = wide.map((cell) => cell - Math.max(cell * 0.14, Math.min(12, cell * 0.3)))
    // One size for all: the smallest that any of the texts needs.
    const sizeOf = (texts: string[], most: number, font = '500 16px Inter') =>
      Math.min(most, ...texts.map((text, at) => (16 * (inside[at] ?? 0)) / textWidth(text, font)))
    const words = sizeOf(UNITS, high * 0.16) < SMALLEST ? ['d', 'h', 'min', 's'] : UNITS
    const small = sizeOf(words, Math.max(high * 0.16, SMALLEST))
    const hasWords = small >= SMALLEST_LETTER && high >= small * 3
    const widest = ['0'.repeat(Math.max(2, days.length))]
    const size = sizeOf(widest, high * (hasWords ? 0.5 : 0.6), '600 16px Inter')
    let x = gap
    for (const [at, figures] of [days, hours, minutes, seconds].entries()) {
      const across = wide[at] ?? 0
      drawBox(ctx, [x, top, across, high], { color: cell, edge: line, corner: gap * 0.7 })
      drawText(ctx, figures, x + across / 2, top + high * (hasWords ? 0.42 : 0.5), { ...loud, size })
      const below = { color: quiet, size: small }
      if (hasWords) drawText(ctx, words[at] ?? '', x + across / 2, top + high * 0.8, below)
      x += across + gap
    }
  },
})
