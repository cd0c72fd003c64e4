import {
  type Context,
  defineWidget,
  drawBox,
  drawText,
  param,
  readColor,
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
      const figure = { size, weight: 600, tabular: true, color: palette.accent(color, palette.ink) }
      return drawText(ctx, figures, 0, words ? below.size * -0.8 : 0, figure)
    }
    ctx.scale(unit, unit)
    const rim = background && palette.tone !== 'either' ? palette.quiet : RIMS[palette.tone]
    drawBox(ctx, [-55, -55, 110, 110], { color: palette.ground, edge: rim, corner: 55, thickness: 3 })
    const wide = Math.min(50, textWidth(label, '500 9px Inter')) + 4
    const [x, y] = findFreePlace(wide, local)
    const [hour = 0, minute = 0, second] = clock.split(':').map(Number)
    const isLabelled = unit >= 1 && label.trim() !== ''
    // Where the page shows through, no outline can part the label from the disc.
    const outline = (readColor(palette.ground)?.[3] ?? 0) >= 1 ? palette.ground : ''
    const red = palette.accent(color, REDS[palette.tone])
    ctx.save()
    if (isLabelled) {
      // The hands that still cross it are drawn around it.
      ctx.beginPath()
      ctx.rect(-55, -55, 110, 110)
      ctx.roundRect(x - wide / 2, y - 6, wide, 12, 3)
      ctx.clip('evenodd')
    }
    ctx.fillStyle = palette.ink
    drawDial(ctx, hour, minute)
    if (second !== undefined) drawSecond(ctx, second, red)
    ctx.restore()
    // Its disc is drawn whole, behind the letters.
    if (second !== undefined && outline) drawDisc(ctx, second, red)
    const under = { size: 9, shrink: 1 / unit, width: 50, color: palette.quiet, outline }
    if (isLabelled) drawText(ctx, label, x, y, under)
  },
})

/** The place of a label that no hand covers, or at least not the hour hand: below the centre, above, or beside it if it is short. */
function findFreePlace(wide: number, local: Date): readonly [x: number, y: number] {
  const all = [
    [0, 21],
    [0, -21],
    [23, 0],
    [-23, 0],
  ] as const
  // Beside the centre, a longer one would cover the marks of 3 and 9.
  const places = all.slice(0, wide > 26 ? 2 : 4)
  const [hour, minute] = [720, 60].map((round) => (local.getTime() / 60_000 / round) * Math.PI * 2)
  const isFree = ([x, y]: readonly [number, number], turn = 0) =>
    // From the centre outwards; a hand is 6 wide.
    Array.from({ length: 20 }, (_, step) => 8 + step * 2).every((far) => {
      const [right, down] = [Math.sin(turn) * far, -Math.cos(turn) * far]
      return Math.abs(right - x) > wide / 2 + 3 || Math.abs(down - y) > 8
    })
  const free = places.filter((place) => isFree(place, hour))
  return free.find((place) => isFree(place, minute)) ?? free[0] ?? [0, 21]
}

/** The digits of a local time. */
function toFigures(local: Date, hours: '12' | '24', seconds: boolean): string {
  const clock = local.toISOString().slice(11, seconds ? 19 : 16)
  const hour = local.getUTCHours()
  return hours === '24' ? clock : `${hour % 12 || 12}${clock.slice(2)} ${hour < 12 ? 'AM' : 'PM'}`
}

/** After the clock of Swiss stations (Hans Hilfiker, 1944), whose dial is 100 wide. */
function drawDial(ctx: Context, hour: number, minute: number) {
  const bar = (turn: number, ...sizes: Sizes) => drawBar(ctx, turn, ...sizes)
  for (let mark = 0; mark < 60; mark += 1) bar(mark / 60, mark % 5 ? 45 : 36.5, 48.5, mark % 5 ? 1.4 : 3.5)
  bar((hour + minute / 60) / 12, -12, 32, 6.4, 5.2)
  bar(minute / 60, -12, 46, 5.2, 3.6)
}

function drawSecond(ctx: Context, second: number, accent: string) {
  ctx.fillStyle = accent
  drawBar(ctx, second / 60, -16.5, 31.2, 1.4)
  drawDisc(ctx, second, accent)
}

function drawDisc(ctx: Context, second: number, accent: string) {
  ctx.save()
  ctx.rotate((second / 60) * Math.PI * 2)
  drawBox(ctx, [-5.25, -36.45, 10.5, 10.5], { color: accent, corner: 5.25 })
  ctx.restore()
}

type Sizes = [from: number, to: number, base: number, tip?: number]

/** Draws a bar between two distances above the centre, rotated by a fraction of a turn. */
function drawBar(ctx: Context, turn: number, ...[from, to, base, tip = base]: Sizes) {
  ctx.rotate(turn * Math.PI * 2)
  ctx.beginPath()
  for (const [at, wide] of [-base, base, tip, -tip].entries()) ctx.lineTo(wide / 2, at < 2 ? -from : -to)
  ctx.fill()
  ctx.rotate(-turn * Math.PI * 2)
}
