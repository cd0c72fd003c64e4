import {
  type Context,
  cutText,
  defineWidget,
  drawBox,
  drawText,
  formatRelative,
  formatValue,
  type NumberSeries,
  param,
  textWidth,
  thresholdColor,
  toPalette,
  toThresholds,
} from 'imgcast/widget'

const BLUES = { light: '#0969da', dark: '#4493f8', either: '#2f81f7' }
const TRACKS = { light: '#1f232818', dark: '#f0f6fc1f', either: '#8080804d' }
const STYLES = ['bar', 'blocks', 'ring'] as const
const EMPTY = 'no value yet'
/** Below this height label and number are beside the bar, not above it. */
const TWO_ROWS = 36
/** Below this height there is only the bar. */
const WITH_WORDS = 14
const MAX_BLOCKS = 40

export default defineWidget({
  title: 'Progress',
  about: 'How far the newest number that scripts send with PUT /api/series/<key> has come.',
  gallery: { rank: 86 },
  size: { width: { min: 40, max: 1200, default: 240 }, height: { min: 6, max: 400, default: 52 } },
  params: {
    label: param.text('{key}', { max: 60, about: 'Text beside the number; {key} is replaced by the key.' }),
    style: param.choice(STYLES, 'bar', { about: 'A bar, blocks, or a ring.' }),
    show: param.choice(['value', 'percent', 'fraction', 'none'], 'value', {
      about: 'The number, its share in percent, the number and the end, or no text.',
    }),
    min: param.number(0, { min: -1e15, max: 1e15, about: 'Number at the beginning.' }),
    max: param.number(100, { min: -1e15, max: 1e15, unlike: 'min', about: 'Number at the end.' }),
    unit: param.text('', { max: 16, about: 'Written after the number.' }),
    decimals: param.integer(-1, {
      min: -1,
      max: 10,
      about: 'Digits after the decimal point; -1 for about three digits.',
    }),
    locale: param.locale('en', { about: 'How numbers are written.' }),
    thresholds: param.thresholds('', { about: 'Colours from some numbers on.' }),
    theme: param.theme(),
    color: param.color('', { about: 'Colour of the bar below the first threshold.' }),
    background: param.color('', { about: 'Background colour, or transparent.' }),
  },
  load: ({ series }) => series({ period: '10s' }),
  example: exampleNumber(62),
  alt({ key, params, data }) {
    const name = params.label.replaceAll('{key}', key).trim() || key
    const { value, isLate } = data
    if (value === undefined) return `${name}: ${EMPTY}`
    const percent = formatValue(share(value, params) * 100, { locale: params.locale, unit: '%' })
    const isPercent = params.min === 0 && params.max === 100 && ['', '%'].includes(params.unit.trim())
    const number = isPercent ? '' : ` (${toFraction(value, params)})`
    return `${name}: ${percent}${number}${isLate ? ', late' : ''}`
  },
  json: ({ room, params, data: { key, value, time, isLate } }) => ({
    ...{ room, key, value: value ?? null, share: value === undefined ? null : share(value, params) },
    ...{ time: time === undefined ? null : new Date(time).toISOString(), isLate },
  }),
  draw(ctx, scene) {
    const { width, height, scale, key, params, data } = scene
    const { value, isLate } = data
    const palette = toPalette(params)
    const { ground, edge, ink, quiet, tone } = palette
    const thresholds = toThresholds(params.thresholds).map((each) => ({
      ...each,
      color: palette.on(each.color),
    }))
    const plain = palette.accent(params.color, BLUES[tone])
    const color = value === undefined ? plain : (thresholdColor(thresholds, value) ?? plain)
    const done = value === undefined ? 0 : share(value, params)
    const snap = (length: number) => Math.round(length * scale) / scale
    const label = params.label.replaceAll('{key}', key).trim()
    const age = isLate ? formatRelative((data.time ?? 0) - scene.time, params.locale) : ''
    const number = toWords(value, params)
    const words = [label, age || (value === undefined ? EMPTY : '')].filter((word) => word !== '').join(' · ')
    const numberColor = isLate || value === undefined ? quiet : (thresholdColor(thresholds, value) ?? ink)
    const bold = { weight: 600, color: numberColor, tabular: true }
    const alpha = isLate ? 0.45 : 1

    if (params.style === 'ring') {
      const padding = edge ? Math.min(12, Math.max(3, height * 0.1)) : 1
      drawBox(ctx, [0, 0, width, height], { color: ground, edge, corner: Math.min(8, height / 6) })
      const size = Math.min(height, width) - padding * 2
      drawRing(ctx, { x: padding + size / 2, y: height / 2, size }, done, {
        color,
        track: TRACKS[tone],
        alpha,
      })
      const left = padding + size + size * 0.28
      const room = width - padding - left
      if (params.show === 'none' || room < 20) return
      const isTwo = words !== '' && height >= 32
      const em = Math.min(22, Math.max(9, height * (isTwo ? 0.3 : 0.42)))
      const look = { ...bold, size: em, width: room, align: 'left' } as const
      drawText(ctx, number, left, isTwo ? height / 2 - em * 0.42 : height / 2, look)
      if (isTwo) drawCut(ctx, words, left, height / 2 + em * 0.62, room, { size: em * 0.68, color: quiet })
      return
    }
    if (height < WITH_WORDS || params.show === 'none') {
      const side = edge && height >= WITH_WORDS ? Math.min(10, height * 0.22) : 0
      if (side > 0)
        drawBox(ctx, [0, 0, width, height], { color: ground, edge, corner: Math.min(8, height / 4) })
      const bar = { left: side, right: width - side, top: side, bottom: height - side }
      // Without a card the page shows through.
      const track = TRACKS[side === 0 && params.theme === 'auto' ? 'either' : tone]
      return drawBar(ctx, bar, done, { ...{ color, track, alpha, scale }, style: params.style })
    }
    drawBox(ctx, [0, 0, width, height], { color: ground, edge, corner: Math.min(8, height / 5) })
    const padding = edge ? Math.min(16, Math.max(4, height * 0.2)) : 1
    const paint = { color, track: TRACKS[tone], alpha, scale, style: params.style }
    if (height >= TWO_ROWS) {
      const em = Math.min(20, Math.max(10, height * 0.16 + 5))
      const y = padding + em * 0.5
      const wide = number === '' ? 0 : Math.min(width * 0.6, textWidth(number, `600 ${em}px Inter`))
      const look = { ...bold, size: em, width: wide + 1, align: 'right' } as const
      if (wide > 0) drawText(ctx, number, width - padding, y, look)
      drawCut(ctx, words, padding, y, width - padding * 2 - wide - em * 0.6, { size: em, color: quiet })
      const thick = Math.max(5, Math.min(20, height * 0.17))
      const bottom = snap(height - padding)
      const top = snap(Math.max(bottom - thick, y + em * 0.75))
      return drawBar(ctx, { left: padding, right: width - padding, top, bottom }, done, paint)
    }
    const em = Math.min(15, Math.max(8.5, height * 0.3 + 4))
    const y = height / 2
    let [left, right] = [padding, width - padding]
    const wide = number === '' ? 0 : Math.min((right - left) * 0.45, textWidth(number, `600 ${em}px Inter`))
    const look = { ...bold, size: em, width: wide + 1, align: 'right' } as const
    if (wide > 0) drawText(ctx, number, right, y, look)
    if (wide > 0) right -= wide + em * 0.6
    const room = (right - left) * 0.45
    const taken = room < em * 2.4 ? 0 : drawCut(ctx, words, left, y, room, { size: em, color: quiet })
    if (taken > 0) left += taken + em * 0.6
    const half = Math.max(3, Math.min(height * 0.2, 8))
    return drawBar(ctx, { left, right, top: snap(y - half), bottom: snap(y + half) }, done, paint)
  },
})

interface Sides {
  left: number
  right: number
  top: number
  bottom: number
}

interface Paint {
  color: string
  track: string
  alpha: number
}

function drawBar(
  ctx: Context,
  { left, right, top, bottom }: Sides,
  done: number,
  { color, track, alpha, scale, style }: Paint & { scale: number; style: string },
) {
  const [width, height] = [right - left, bottom - top]
  if (width <= 2 || height <= 0) return
  if (style === 'blocks') {
    const gap = Math.max(1, Math.round(height * 0.22))
    const count = Math.min(MAX_BLOCKS, Math.max(5, Math.round(width / (height * 0.9 + gap))))
    const each = (width + gap) / count
    const snap = (length: number) => Math.round(length * scale) / scale
    for (let index = 0; index < count; index += 1) {
      const x = snap(left + index * each)
      const isDone = (index + 0.5) / count <= done || (index === 0 && done > 0)
      ctx.globalAlpha = isDone ? alpha : 1
      const wide = Math.max(1, snap(left + (index + 1) * each) - x - gap)
      drawBox(ctx, [x, top, wide, height], { color: isDone ? color : track, corner: Math.min(3, height / 5) })
    }
    ctx.globalAlpha = 1
    return
  }
  const corner = height / 2
  drawBox(ctx, [left, top, width, height], { color: track, corner })
  if (done <= 0) return
  // Clipped, so that the first percent is part of the round end.
  ctx.save()
  ctx.beginPath()
  ctx.roundRect(left, top, width, height, corner)
  ctx.clip()
  ctx.globalAlpha = alpha
  drawBox(ctx, [left - height, top, Math.max(width * done, Math.min(height * 0.5, 4)) + height, height], {
    color,
    corner,
  })
  ctx.restore()
}

function drawRing(
  ctx: Context,
  { x, y, size }: { x: number; y: number; size: number },
  done: number,
  { color, track, alpha }: Paint,
) {
  const thick = size * 0.17
  const arc = (turns: number, paint: string) => {
    ctx.beginPath()
    ctx.arc(x, y, (size - thick) / 2, -Math.PI / 2, Math.PI * 2 * turns - Math.PI / 2)
    ctx.strokeStyle = paint
    ctx.stroke()
  }
  ctx.lineWidth = thick
  arc(1, track)
  if (done <= 0) return
  ctx.lineCap = 'round'
  ctx.globalAlpha = alpha
  arc(done, color)
  ctx.globalAlpha = 1
}

/** Draws words, cut to a width; returns the width that they have taken. */
function drawCut(
  ctx: Context,
  words: string,
  x: number,
  y: number,
  width: number,
  { size, color }: { size: number; color: string },
): number {
  const font = `500 ${size}px Inter`
  const cut = width < size * 1.5 ? '' : cutText(words, font, width)
  if (cut === '' || cut === '…') return 0
  drawText(ctx, cut, x, y, { size, color, align: 'left', width: width + 1, shrink: 1 })
  return textWidth(cut, font)
}

interface Look {
  show: string
  min: number
  max: number
  unit: string
  decimals: number
  locale: string
}

function toWords(value: number | undefined, look: Look): string {
  if (value === undefined || look.show === 'none') return ''
  if (look.show === 'value') return formatValue(value, look)
  if (look.show === 'fraction') return toFraction(value, look)
  const decimals = Math.max(0, look.decimals)
  return formatValue(share(value, look) * 100, { decimals, locale: look.locale, unit: '%' })
}

/** `123 / 350 pages`. */
function toFraction(value: number, look: Look): string {
  return `${formatValue(value, { ...look, unit: '' })} / ${formatValue(look.max, look)}`
}

/** Where a number lies between the ends, 0 to 1; they may be the other way round. */
function share(value: number, { min, max }: { min: number; max: number }): number {
  return Math.min(1, Math.max(0, (value / 2 - min / 2) / (max / 2 - min / 2)))
}

/** A series with one number, for the gallery. */
function exampleNumber(value: number): NumberSeries {
  const time = Date.UTC(2026, 0, 1, 12)
  const point = { time, min: value, max: value, mean: value, last: value }
  return {
    key: 'build',
    from: time - 9_000,
    to: time + 1_000,
    step: 1_000,
    points: [point],
    value,
    time,
    isLate: false,
  }
}
