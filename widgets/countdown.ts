import { dateToTime, defineWidget, drawBox, drawText, param, toneOf, zoneOffset } from 'imgcast'

const COLORS = {
  light: { ground: '#ffffff', edge: '#d0d7de', cell: '#eef1f4', ink: '#1f2328', quiet: '#59636e' },
  dark: { ground: '#161b22', edge: '#3d444d', cell: '#2a313a', ink: '#f0f6fc', quiet: '#a3acb6' },
  either: { ground: '#0000', edge: '#0000', cell: '#7d858c26', ink: '#767b81', quiet: '#767b81' },
}

export default defineWidget({
  title: 'Countdown',
  about: 'Days, hours, minutes and seconds to a date.',
  size: { width: { min: 100, max: 1000, default: 320 }, height: { min: 20, max: 400, default: 120 } },
  params: {
    to: param.date('', { about: 'When nothing is left; empty for the next New Year.' }),
    zone: param.zone('UTC', { about: 'Whose clock is meant, where the date does not say.' }),
    label: param.text('until {date}', { max: 60, about: '{date} is the date.' }),
    done: param.text('It is time', { max: 60, about: 'What it says from then on.' }),
    style: param.choice(['cells', 'line'], 'cells', { about: 'A cell for each unit, or one line.' }),
    theme: param.theme(),
    color: param.color('', { about: 'The figures.' }),
    background: param.color('', { about: 'The ground, or transparent.' }),
  },
  animate: { every: () => 1000 },
  draw(ctx, { width, height, params, time }) {
    const { zone, style, color, background, theme } = params
    const colors = COLORS[toneOf(background, theme, 'dark')]
    const next = new Date(time + zoneOffset(time, zone)).getUTCFullYear() + 1
    const to = params.to || `${next}-01-01`
    const left = Math.ceil(Math.max(0, dateToTime(to, zone) - time) / 1000)
    const date = new Intl.DateTimeFormat('en-GB', { dateStyle: 'long', timeZone: zone })
    const label = params.label.replace('{date}', date.format(dateToTime(to, zone)))
    const day = new Date(left * 1000).toISOString()
    const [hours, minutes, seconds] = day.slice(11, 19).split(':')
    const days = Math.floor(left / 86_400)

    const gap = Math.min(width / 24, height / 10)
    const edge = background === 'transparent' ? '' : colors.edge
    drawBox(ctx, [0, 0, width, height], { color: background || colors.ground, edge, corner: gap * 1.2 })
    const quiet = { color: colors.quiet }
    const loud = { color: color || colors.ink, weight: 600, tabular: true }
    if (style === 'line') {
      const [size, inset] = [Math.min(height * 0.42, width * 0.058), height * 0.32]
      const half = { size, width: width / 2 - inset }
      const figures = left ? `${days > 0 ? `${days}d ` : ''}${hours}:${minutes}:${seconds}` : params.done
      drawText(ctx, label, inset, height / 2, { ...quiet, ...half, align: 'left' })
      drawText(ctx, figures, width - inset, height / 2, { ...loud, ...half, align: 'right' })
      return
    }
    const top = label.trim() ? height * 0.27 : gap
    drawText(ctx, label, width / 2, top * 0.54, { ...quiet, size: height * 0.125, width: width - gap * 2 })
    const [wide, high] = [(width - gap * 5) / 4, height - top - gap]
    const done = { ...loud, size: high * 0.4, width: width - gap * 4 }
    if (left === 0) drawText(ctx, params.done, width / 2, top + high / 2, done)
    const size = Math.min(high * 0.5, (wide * 1.25) / Math.min(3, Math.max(2, `${days}`.length)))
    for (const [index, unit] of ['days', 'hours', 'minutes', 'seconds'].entries()) {
      if (left === 0) return
      const x = gap + index * (wide + gap)
      const figures = String([days, hours, minutes, seconds][index])
      drawBox(ctx, [x, top, wide, high], { color: colors.cell, corner: gap * 0.7 })
      const inside = { width: wide * 0.86, shrink: 0.3 }
      drawText(ctx, figures, x + wide / 2, top + high * 0.42, { ...loud, ...inside, size })
      drawText(ctx, unit, x + wide / 2, top + high * 0.8, { ...quiet, ...inside, size: high * 0.16 })
    }
  },
})
