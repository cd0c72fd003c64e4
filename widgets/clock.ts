import { type Context, defineWidget, drawBox, drawText, param, toneOf, zoneOffset } from 'imgcast'

const COLORS = {
  light: { ground: '#ffffff', rim: '#8b949e', ink: '#1b1f24', quiet: '#59636e', accent: '#e0002a' },
  dark: { ground: '#161b22', rim: '#596069', ink: '#f0f6fc', quiet: '#9198a1', accent: '#ff5a52' },
  either: { ground: 'transparent', rim: '#767b81', ink: '#767b81', quiet: '#767b81', accent: '#ed2b3c' },
}

export default defineWidget({
  title: 'Clock',
  about: 'The time in a time zone, on the second.',
  size: { width: { min: 60, max: 1000, default: 160 }, height: { min: 24, max: 1000, default: 160 } },
  params: {
    zone: param.zone('UTC', { about: 'Whose time.' }),
    face: param.choice(['analog', 'digital'], 'analog', { about: 'Hands, or figures.' }),
    hours: param.choice(['24', '12'], '24', { about: 'Of the figures.' }),
    seconds: param.boolean(true, { about: 'Without them it is drawn once a minute.' }),
    label: param.text('{city}', { max: 40, about: '{city} is the city of the zone.' }),
    theme: param.theme(),
    color: param.color('', { about: 'The second hand, or the figures.' }),
    background: param.color('', { about: 'The ground, or transparent.' }),
  },
  animate: { every: ({ seconds }) => (seconds ? 1000 : 60_000) },
  draw(ctx, { width, height, params, time }) {
    const { zone, face, hours, seconds, color, background } = params
    const colors = COLORS[toneOf(background, params.theme, face === 'analog' ? 'light' : 'dark')]
    const label = params.label.replace('{city}', zone.replace(/.*\//, '').replaceAll('_', ' '))
    const local = new Date(time + zoneOffset(time, zone))
    const clock = local.toISOString().slice(11, seconds ? 19 : 16)
    // The dial is 110 wide, with its rim.
    const unit = Math.min(width, height) / 110
    ctx.translate(width / 2, height / 2)
    const edge = face === 'digital' && background === 'transparent' ? '' : colors.rim
    const ground = { color: background || colors.ground, edge }
    if (face === 'digital') {
      drawBox(ctx, [-width / 2, -height / 2, width, height], { ...ground, corner: unit * 14 })
      const half = local.getUTCHours() < 12 ? 'AM' : 'PM'
      const words = [hours === '12' ? half : '', label].filter(Boolean).join(' · ')
      const size = Math.min(height * 0.5, (width / clock.length) * 1.5)
      const gap = words ? size * 0.36 : 0
      const caption = { size: size * 0.36, width: width * 0.86, color: colors.quiet }
      drawText(ctx, words, 0, gap + size * 0.2, caption)
      const figures = hours === '12' ? `${local.getUTCHours() % 12 || 12}${clock.slice(2)}` : clock
      const figure = { size, weight: 600, tabular: true, color: color || colors.ink }
      drawText(ctx, figures, 0, -gap * 0.8, figure)
      return
    }
    ctx.scale(unit, unit)
    drawBox(ctx, [-55, -55, 110, 110], { ...ground, corner: 55, thickness: 3 })
    // Where the hour hand is not.
    const isHandBelow = Math.abs((local.getUTCHours() % 12) - 5.5) <= 2.5
    drawText(ctx, label, 0, isHandBelow ? -22 : 22, { size: 8, width: 50, color: colors.quiet })
    ctx.fillStyle = colors.ink
    drawHands(ctx, clock.split(':').map(Number), color || colors.accent)
  },
})

/** After the clock of Swiss stations (Hans Hilfiker, 1944), whose dial is 100 wide. */
function drawHands(ctx: Context, [hour = 0, minute = 0, second]: number[], accent: string) {
  // A bar from so far above the middle to so far, turned by so much of a circle.
  const bar = (turn: number, from: number, to: number, base: number, tip = base) => {
    ctx.rotate(turn * Math.PI * 2)
    ctx.beginPath()
    for (const side of [-1, 1]) ctx.lineTo((side * base) / 2, -from)
    for (const side of [1, -1]) ctx.lineTo((side * tip) / 2, -to)
    ctx.fill()
    ctx.rotate(-turn * Math.PI * 2)
  }
  for (let mark = 0; mark < 60; mark += 1) bar(mark / 60, mark % 5 ? 45 : 36.5, 48.5, mark % 5 ? 1.4 : 3.5)
  bar((hour + minute / 60) / 12, -12, 32, 6.4, 5.2)
  bar(minute / 60, -12, 46, 5.2, 3.6)
  if (second === undefined) return
  ctx.fillStyle = accent
  bar(second / 60, -16.5, 31.2, 1.4)
  const angle = (second / 60 - 0.25) * Math.PI * 2
  ctx.beginPath()
  ctx.arc(Math.cos(angle) * 31.2, Math.sin(angle) * 31.2, 5.25, 0, Math.PI * 2)
  ctx.fill()
}
