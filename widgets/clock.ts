import {
  type Context,
  defineWidget,
  drawBox,
  drawText,
  param,
  textWidth,
  toPalette,
  zoneOffset,
} from 'imgcast/widget'

const RIMS = { light: '#8b949e', dark: '#3d444d', either: '#767b81' }
const REDS = { light: '#e0002a', dark: '#ff5a52', either: '#ed2b3c' }

export default defineWidget({
  title: 'Clock',
  about: 'The time in a time zone, to the second.',
  gallery: { rank: 45 },
  size: { width: { min: 60, max: 1000, default: 160 }, height: { min: 24, max: 1000, default: 160 } },
  params: {
    zone: param.zone('UTC', { about: 'Whose time.' }),
    face: param.choice(['analog', 'digital'], 'analog', { about: 'Hands, or digits.' }),
    hours: param.choice(['24', '12'], '24', { about: '12-hour or 24-hour digits.' }),
    seconds: param.boolean(true, {
      about: 'Whether to show seconds; without them it is drawn once a minute.',
    }),
    label: param.text('{city}', { max: 40, about: 'Text; {city} is replaced by the city of the zone.' }),
    theme: param.theme(),
    color: param.color('', { about: 'Colour of the second hand, or of the digits.' }),
    background: param.color('', { about: 'Background colour, or transparent.' }),
  },
  animate: { every: ({ params: { seconds } }) => (seconds ? 1000 : 60_000) },
  alt({ params: { zone, hours }, time }) {
    const clock = toFigures(new Date(time + zoneOffset(time, zone)), hours, false)
    return `Clock, ${clock} in ${zone.replaceAll('_', ' ')}`
  },
  draw(ctx, { width, height, params, time }) {
    const { zone, face, hours, seconds, color, background } = params
    // A white dial is readable on pages of any colour.
    const palette = toPalette(params, face === 'analog' ? 'light' : 'dark')
    const label = params.label.replaceAll(
      '{city}',
      zone.slice(zone.lastIndexOf('/') + 1).replaceAll('_', ' '),
    )
    const local = new Date(time + zoneOffset(time, zone))
    const clock = local.toISOString().slice(11, seconds ? 19 : 16)
    const unit = Math.min(width, height) / 110 // The dial is 110 wide, with its rim.
    ctx.translate(width / 2, height / 2)
    if (face === 'digital') {
      const figures = toFigures(local, hours, seconds)
      const longest = clock.length + (hours === '24' ? 0 : 3)
      const maxSize = Math.min(height * 0.6, (width / longest) * 1.5)
      // A label under 9 pixels would be unreadable: the digits get its space.
      const words = maxSize < 20 ? '' : label.trim()
      const size = words ? Math.min(maxSize, height * 0.5) : maxSize
      const below = { size: Math.max(9, size * 0.36), width: width * 0.86, color: palette.quiet }
      // As high as its digits need: not a black square.
      const high = Math.min(height, Math.max(size * 1.7, size + (words ? below.size : 0) + size))
      const card = { color: palette.ground, edge: palette.edge, corner: Math.min(14, high * 0.2) }
      drawBox(ctx, [-width / 2, -high / 2, width, high], card)
      drawText(ctx, words, 0, below.size + size * 0.2, { ...below, shrink: 9 / below.size })
      const figure = { size, weight: 600, tabular: true, color: color || palette.ink }
      return drawText(ctx, figures, 0, words ? below.size * -0.8 : 0, figure)
    }
    ctx.scale(unit, unit)
    const rim = background && palette.tone !== 'either' ? palette.quiet : RIMS[palette.tone]
    drawBox(ctx, [-55, -55, 110, 110], { color: palette.ground, edge: rim, corner: 55, thickness: 3 })
    const wide = Math.min(50, textWidth(label, '500 9px Inter')) + 4
    // Where the hour hand does not cross it, and preferably not the minute hand either.
    const near = Math.cos(Math.atan2(wide / 2 + 2, 18))
    const hands = [720, 60].map((round) => Math.cos((local.getTime() / 60_000 / round) * Math.PI * 2))
    const y = (hands.find((up) => Math.abs(up) > near) ?? 1) < 0 ? -22 : 22
    ctx.save()
    if (unit >= 1 && label.trim()) {
      drawText(ctx, label, 0, y, { size: 9, shrink: 1 / unit, width: 50, color: palette.quiet })
      // The hands that still cross it are drawn around it.
      ctx.beginPath()
      ctx.rect(-55, -55, 110, 110)
      ctx.roundRect(-wide / 2, y - 6, wide, 12, 3)
      ctx.clip('evenodd')
    }
    ctx.fillStyle = palette.ink
    drawHands(ctx, clock.split(':').map(Number), color || palette.on(REDS[palette.tone]))
    ctx.restore()
  },
})

/** The digits of a local time. */
function toFigures(local: Date, hours: '12' | '24', seconds: boolean): string {
  const clock = local.toISOString().slice(11, seconds ? 19 : 16)
  const hour = local.getUTCHours()
  return hours === '24' ? clock : `${hour % 12 || 12}${clock.slice(2)} ${hour < 12 ? 'AM' : 'PM'}`
}

/** After the clock of Swiss stations (Hans Hilfiker, 1944), whose dial is 100 wide. */
function drawHands(ctx: Context, [hour = 0, minute = 0, second]: number[], accent: string) {
  // A bar between two distances above the centre, rotated by a fraction of a turn.
  const bar = (turn: number, from: number, to: number, base: number, tip = base) => {
    ctx.rotate(turn * Math.PI * 2)
    ctx.beginPath()
    for (const [at, wide] of [-base, base, tip, -tip].entries()) ctx.lineTo(wide / 2, at < 2 ? -from : -to)
    ctx.fill()
    ctx.rotate(-turn * Math.PI * 2)
  }
  for (let mark = 0; mark < 60; mark += 1) bar(mark / 60, mark % 5 ? 45 : 36.5, 48.5, mark % 5 ? 1.4 : 3.5)
  bar((hour + minute / 60) / 12, -12, 32, 6.4, 5.2)
  bar(minute / 60, -12, 46, 5.2, 3.6)
  if (second === undefined) return
  ctx.fillStyle = accent
  bar(second / 60, -16.5, 31.2, 1.4)
  ctx.rotate((second / 60) * Math.PI * 2)
  drawBox(ctx, [-5.25, -36.45, 10.5, 10.5], { color: accent, corner: 5.25 })
}
