import {
  type Context,
  dateToTime,
  defineWidget,
  drawBox,
  drawText,
  type Palette,
  param,
  readableColor,
  textWidth,
  toPalette,
  zoneOffset,
} from 'imgcast/widget'

// On a background of the viewer's own a cell is outlined, so that the text stands on that background alone.
const CELLS = { light: '#eef1f4', dark: '#2a313a', either: '#0000' }
const UNITS = ['days', 'hours', 'minutes', 'seconds']
const ENDS_WITHIN_MINUTE = /T\d\d:\d\d:(?!00)/
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
    seconds: param.boolean(true, {
      about: 'Whether to show seconds; without them it is drawn once a minute.',
    }),
    theme: param.theme(),
    color: param.color('', { about: 'The figures.' }),
    background: param.color('', { about: 'Background colour, or transparent.' }),
  },
  // An end within a minute is not passed either.
  animate: {
    every: ({ params: { seconds, to } }) => (seconds || ENDS_WITHIN_MINUTE.test(to) ? 1000 : 60_000),
  },
  alt({ params, time }) {
    const { left, label } = read(params, time)
    if (left === 0) return params.done
    const parts = toParts(left).map(([unit, count]) => `${count} ${count === 1 ? unit.slice(0, -1) : unit}`)
    const words = parts.slice(0, 2).join(' and ')
    return /^until\b/i.test(label) || !label.trim() ? `${words} ${label}` : `${label.trim()}: ${words}`
  },
  draw(ctx, { width, height, params, time }) {
    const { style, seconds: hasSeconds, color, background } = params
    const palette = toPalette(params)
    const { ground, edge, ink, quiet, tone } = palette
    const isOutlined = tone === 'either' || (background !== '' && edge !== '')
    const [cell, line] = isOutlined ? ['#0000', palette.rule] : [CELLS[tone], '']
    const { left, label } = read(params, time)
    const clock = new Date(left * 1000).toISOString().slice(11, hasSeconds ? 19 : 16)
    const days = String(Math.floor(left / 86_400))
    const shown = [days, ...clock.split(':')]

    const gap = Math.min(width / 24, height / 10)
    drawBox(ctx, [0, 0, width, height], { color: ground, edge, corner: gap * 1.2 })
    const loud = { color: palette.accent(color, ink), weight: 600, tabular: true }
    const inCells = isOutlined ? loud : { ...loud, color: readableColor(color || ink, [cell]) }
    if (style === 'line') {
      const figures = left ? `${days === '0' ? '' : `${days}d `}${clock}` : params.done
      drawLine(ctx, label.trim(), figures, { width, height, loud, palette })
      return
    }
    const title = { color: quiet, size: Math.max(SMALLEST, height * 0.125), width: width - gap * 2 }
    const top = label.trim() && height >= SMALLEST * 6 ? height * 0.27 : gap
    if (top > gap) drawText(ctx, label, width / 2, top * 0.54, title)
    const high = height - top - gap
    const done = { ...loud, size: high * 0.4, width: width - gap * 4 }
    if (left === 0) return drawText(ctx, params.done, width / 2, top + high / 2, done)
    // Cells of equal width, except for years of days.
    const shares = shown.map((_, at) => (at === 0 ? Math.max(1, days.length / 3) : 1))
    const all = shares.reduce((sum, share) => sum + share)
    const wide = shares.map((share) => (share / all) * (width - gap * (shown.length + 1)))
    const inside = wide.map((cell) => cell - Math.max(cell * 0.14, Math.min(12, cell * 0.3)))
    // One size for all: the smallest that any of the texts needs.
    const sizeOf = (texts: string[], max: number, font = '500 16px Inter') =>
      Math.min(
        max,
        ...texts.slice(0, shown.length).map((text, at) => (16 * (inside[at] ?? 0)) / textWidth(text, font)),
      )
    const words = sizeOf(UNITS, high * 0.16) < SMALLEST ? ['d', 'h', 'min', 's'] : UNITS
    const small = sizeOf(words, Math.max(high * 0.16, SMALLEST))
    const hasWords = small >= SMALLEST_LETTER && high >= small * 3
    const widest = ['0'.repeat(Math.max(2, days.length))]
    const size = sizeOf(widest, high * (hasWords ? 0.5 : 0.6), '600 16px Inter')
    let x = gap
    for (const [at, figures] of shown.entries()) {
      const across = wide[at] ?? 0
      drawBox(ctx, [x, top, across, high], { color: cell, edge: line, corner: gap * 0.7 })
      drawText(ctx, figures, x + across / 2, top + high * (hasWords ? 0.42 : 0.5), { ...inCells, size })
      const below = { color: quiet, size: small }
      if (hasWords) drawText(ctx, words[at] ?? '', x + across / 2, top + high * 0.8, below)
      x += across + gap
    }
  },
})

/** The seconds that are left, and the label. */
function read(
  { to, zone, seconds, label }: Record<'to' | 'zone' | 'label', string> & { seconds: boolean },
  time: number,
) {
  const next = new Date(time + zoneOffset(time, zone)).getUTCFullYear() + 1
  const end = dateToTime(to || `${next}-01-01`, zone)
  const step = seconds ? 1 : 60
  const date = new Intl.DateTimeFormat('en-GB', { dateStyle: 'long', timeZone: zone })
  return {
    left: Math.ceil(Math.max(0, end - time) / (step * 1000)) * step,
    label: label.replaceAll('{date}', date.format(end)),
  }
}

/** The units of a time that are not zero, from the largest. */
function toParts(left: number): [unit: string, count: number][] {
  const lengths = [86_400, 3_600, 60, 1]
  return UNITS.flatMap((unit, at): [string, number][] => {
    const count = Math.floor((at === 0 ? left : left % (lengths[at - 1] ?? 1)) / (lengths[at] ?? 1))
    return count === 0 ? [] : [[unit, count]]
  })
}

interface Line {
  width: number
  height: number
  loud: { color: string; weight: number; tabular: boolean }
  palette: Palette
}

/** Draws the label and the figures on one line, or the label above the figures where that lets both be larger. */
function drawLine(ctx: Context, label: string, figures: string, { width, height, loud, palette }: Line) {
  const inset = Math.min(height * 0.32, width * 0.06)
  const room = width - inset * 2
  const widthOf = (text: string, weight: number) => textWidth(text, `${weight} 16px Inter`) / 16
  const [words, numbers] = [widthOf(label, 500), widthOf(figures, 600)]
  const beside = Math.min(height * 0.42, room / (words + numbers + (label ? 1.4 : 0)))
  const below = Math.min(height * 0.36, room / numbers)
  const quiet = { color: palette.quiet, size: Math.max(SMALLEST, below * 0.5), width: room }
  if (label && beside < below * 0.8 && height >= SMALLEST * 3.6) {
    drawText(ctx, label, width / 2, height / 2 - below * 0.7, quiet)
    drawText(ctx, figures, width / 2, height / 2 + quiet.size * 0.6, { ...loud, size: below, width: room })
    return
  }
  const size = Math.max(Math.min(SMALLEST, below), beside)
  const left = room - (numbers + 1) * size
  drawText(ctx, figures, label ? width - inset : width / 2, height / 2, {
    ...loud,
    size,
    width: room,
    align: label ? 'right' : 'center',
  })
  // Fewer letters would be meaningless.
  if (left < size * 3) return
  drawText(ctx, label, inset, height / 2, {
    color: palette.quiet,
    size,
    width: left,
    shrink: 1,
    align: 'left',
  })
}
