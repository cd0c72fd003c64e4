import {
  type Context,
  defineWidget,
  drawBox,
  drawText,
  formatRelative,
  formatValue,
  type NumberSeries,
  type Palette,
  param,
  type Threshold,
  textWidth,
  thresholdColor,
  toPalette,
  toThresholds,
} from 'imgcast/widget'

const BLUES = { light: '#0969da', dark: '#4493f8', either: '#2f81f7' }
const STYLES = ['arc', 'half', 'needle'] as const
const EMPTY = 'no value yet'
const EMPTY_NUMBER = '–'
/** Where each style's arc begins and ends, in turns from the right, clockwise. */
const ARCS = { arc: [0.375, 1.125], half: [0.5, 1], needle: [0.5, 1] } as const
/** The narrowest picture with a label, and with the ends of the scale. */
const WITH_LABEL = 90
const WITH_ENDS = 120

export default defineWidget({
  title: 'Gauge',
  about: 'The newest number that scripts send with PUT /api/series/<key>, on a scale.',
  gallery: { rank: 84 },
  size: { width: { min: 40, max: 800, default: 180 }, height: { min: 40, max: 800, default: 150 } },
  params: {
    label: param.text('{key}', { max: 60, about: 'Text below the number; {key} is replaced by the key.' }),
    style: param.choice(STYLES, 'arc', { about: 'Three quarters of a circle, a half, or a needle.' }),
    min: param.number(0, { min: -1e15, max: 1e15, about: 'Number at the beginning of the scale.' }),
    max: param.number(100, { min: -1e15, max: 1e15, unlike: 'min', about: 'Number at its end.' }),
    unit: param.text('', { max: 16, about: 'Written after the number.' }),
    decimals: param.integer(-1, {
      min: -1,
      max: 10,
      about: 'Digits after the decimal point; -1 for about three digits.',
    }),
    locale: param.locale('en', { about: 'How numbers are written.' }),
    thresholds: param.thresholds('', { about: 'Colours from some numbers on.' }),
    theme: param.theme(),
    color: param.color('', { about: 'Colour of the arc below the first threshold.' }),
    background: param.color('', { about: 'Background colour, or transparent.' }),
  },
  load: ({ series }) => series({ period: '10s' }),
  example: exampleNumber(62),
  alt({ key, params, data }) {
    const { value, isLate } = data
    const name = params.label.replaceAll('{key}', key).trim() || key
    if (value === undefined) return `${name}: ${EMPTY}`
    const plain = (number: number) => formatValue(number, { ...params, unit: '' })
    const scale = `on a scale from ${plain(params.min)} to ${plain(params.max)}`
    return `${name}: ${formatValue(value, params)}, ${scale}${isLate ? ', late' : ''}`
  },
  json: ({ room, data: { key, value, time, isLate } }) => ({
    ...{ room, key, value: value ?? null },
    ...{ time: time === undefined ? null : new Date(time).toISOString(), isLate },
  }),
  draw(ctx, scene) {
    const { width, height, key, params, data } = scene
    const { value, isLate } = data
    const palette = toPalette(params)
    const { ground, edge, ink, quiet } = palette
    const thresholds = toThresholds(params.thresholds).map((each) => ({
      ...each,
      color: palette.on(each.color),
    }))
    const color = palette.accent(params.color, BLUES[palette.tone])
    const padding = edge ? Math.min(16, Math.max(4, Math.min(width, height) * 0.09)) : 2
    drawBox(ctx, [0, 0, width, height], { color: ground, edge, corner: Math.min(8, height / 8) })

    const label = params.label.replaceAll('{key}', key).trim()
    const age = isLate ? formatRelative((data.time ?? 0) - scene.time, params.locale) : ''
    const words = age || (value === undefined ? EMPTY : label)
    const isLabelled = words !== '' && width >= WITH_LABEL && height >= 60
    const isBanded = thresholds.length > 0 && params.style !== 'needle'
    const sheet = { width, height, padding, isLabelled, isBanded }
    const { x, y, radius, thick, below } = layOut(params.style, sheet)
    const [begin, end] = ARCS[params.style].map((turns) => turns * 2 * Math.PI) as [number, number]
    const angle = (number: number) => begin + share(number, params) * (end - begin)
    const arc = (from: number, to: number, paint: string, wide = thick, at = radius) => {
      ctx.beginPath()
      ctx.arc(x, y, at, from, to)
      ctx.lineWidth = wide
      ctx.strokeStyle = paint
      ctx.stroke()
    }

    const isNeedle = params.style === 'needle'
    if (isNeedle && thresholds.length > 0) drawBands(arc, begin, end, angle, thresholds, color, params)
    else {
      ctx.lineCap = 'round'
      arc(begin, end, trackOf(palette))
      if (thresholds.length > 0)
        drawBands(
          (from, to, paint) => arc(from, to, paint, Math.max(1.5, thick * 0.18), radius + thick * 0.76),
          ...([begin, end, angle, thresholds, color, params] as const),
        )
    }
    const shown = value === undefined ? undefined : (thresholdColor(thresholds, value) ?? color)
    ctx.globalAlpha = isLate ? 0.45 : 1
    ctx.lineCap = 'round'
    if (value !== undefined && shown !== undefined && !isNeedle && share(value, params) > 0)
      arc(begin, angle(value), shown)
    if (value !== undefined && isNeedle) drawNeedle(ctx, { x, y, radius, thick }, angle(value), ink)
    ctx.globalAlpha = 1

    const number = value === undefined ? EMPTY_NUMBER : formatValue(value, { ...params, unit: '' })
    const numberColor = value === undefined || isLate ? quiet : (thresholdColor(thresholds, value) ?? ink)
    drawNumber(ctx, number, value === undefined ? '' : params.unit, below, numberColor, quiet)
    if (!isLabelled) return
    drawText(ctx, words, x, below.label, {
      ...{ size: below.em, color: quiet, width: below.labelWidth + 1, shrink: 1 },
    })
    if (width < WITH_ENDS || params.style === 'arc') return
    const ends = [params.min, params.max].map((number) => formatValue(number, { ...params, unit: '' }))
    const room = (width - padding * 2 - textWidth(words, `500 ${below.em}px Inter`)) / 2 - below.em
    for (const [index, text] of ends.entries()) {
      const size = below.em * 0.85
      const wide = textWidth(text, `400 ${size}px Inter`)
      if (wide > Math.max(thick * 2, room)) continue
      const side = x + (index === 0 ? -radius : radius)
      const from = Math.min(width - padding - wide / 2, Math.max(padding + wide / 2, side))
      drawText(ctx, text, from, y + size * 1.15 + (isNeedle ? 0 : thick / 2), {
        size,
        weight: 400,
        color: quiet,
      })
    }
  },
})

/** Where the number and the label are. */
interface Below {
  x: number
  number: number
  size: number
  width: number
  label: number
  labelWidth: number
  em: number
}

interface Sheet {
  width: number
  height: number
  padding: number
  isLabelled: boolean
  /** Whether the colours of the whole scale are around the arc. */
  isBanded: boolean
}

/** Finds the largest arc that fits, and the place of the words: within an arc, below a needle. */
function layOut(style: (typeof STYLES)[number], { width, height, padding, isLabelled, isBanded }: Sheet) {
  const [wide, high] = [width - padding * 2, height - padding * 2]
  const em = Math.min(18, Math.max(9, Math.min(wide, high) * 0.07 + 4))
  const x = width / 2
  if (style === 'arc') {
    // The arc ends at an eighth of a turn below the middle: 0.854 of a circle.
    const outer = Math.min(wide / 2, high / (1 + Math.SQRT1_2))
    const thick = outer * 0.19
    const radius = outer - thick / 2 - (isBanded ? thick * 0.36 : 0)
    const y = padding + outer + Math.max(0, (high - outer * (1 + Math.SQRT1_2)) / 2)
    const label = y + outer * 0.56
    const size = outer * (isLabelled ? 0.46 : 0.5)
    const below: Below = {
      ...{ x, number: y + outer * 0.02, size, width: radius * 1.45 },
      ...{ label, labelWidth: outer * 1.08, em },
    }
    return { x, y, radius, thick, below }
  }
  const isNeedle = style === 'needle'
  const isTall = isLabelled || isNeedle
  // Half a circle, and below it the words.
  const rest = isNeedle ? (isLabelled ? 0.85 : 0.62) : isLabelled ? 0.4 : 0.12
  const outer = Math.min(wide / 2, high / (1 + rest))
  const thick = outer * (isNeedle ? 0.16 : 0.24)
  const radius = outer - thick / 2 - (isBanded ? thick * 0.36 : 0)
  const y = padding + outer + Math.max(0, (high - outer * (1 + rest)) / 2)
  const size = outer * (isNeedle ? 0.34 : 0.4)
  const number = isNeedle ? y + outer * 0.38 : y - outer * 0.14
  const below: Below = {
    ...{ x, number, size, width: isNeedle ? wide * 0.8 : radius * 1.25 },
    ...{ label: isNeedle ? y + outer * 0.7 : y + outer * 0.27, labelWidth: isTall ? outer * 1.4 : wide, em },
  }
  return { x, y, radius, thick, below }
}

/** The part of the scale that is not reached. */
function trackOf({ tone }: Palette): string {
  return { light: '#1f232818', dark: '#f0f6fc1f', either: '#8080804d' }[tone]
}

/** Draws the colours of the whole scale. */
function drawBands(
  arc: (from: number, to: number, paint: string) => void,
  begin: number,
  end: number,
  angle: (number: number) => number,
  thresholds: readonly Threshold[],
  color: string,
  { min }: { min: number },
) {
  let [from, paint] = [begin, thresholdColor(thresholds, min) ?? color]
  for (const { from: number, color: next } of thresholds) {
    const at = angle(number)
    if (at <= begin || at >= end) continue
    // A hair of overlap, so that nothing shows through between two colours.
    if (at > from) arc(from, Math.min(end, at + 0.004), paint)
    ;[from, paint] = [at, next]
  }
  arc(from, end, paint)
}

function drawNeedle(
  ctx: Context,
  { x, y, radius, thick }: { x: number; y: number; radius: number; thick: number },
  angle: number,
  color: string,
) {
  const hub = thick * 0.5
  ctx.save()
  ctx.translate(x, y)
  ctx.rotate(angle)
  ctx.beginPath()
  ctx.moveTo(0, -hub * 0.62)
  ctx.lineTo(radius - thick * 0.15, -0.6)
  ctx.lineTo(radius - thick * 0.15, 0.6)
  ctx.lineTo(0, hub * 0.62)
  ctx.closePath()
  ctx.fillStyle = color
  ctx.fill()
  ctx.beginPath()
  ctx.arc(0, 0, hub, 0, Math.PI * 2)
  ctx.fill()
  ctx.restore()
}

/** Draws the number, and its unit smaller after it. */
function drawNumber(ctx: Context, number: string, unit: string, below: Below, color: string, quiet: string) {
  const { x, number: y } = below
  const small = 0.52
  const measure = (size: number) => {
    const first = textWidth(number, `600 ${size}px Inter`)
    const second = unit === '' ? 0 : textWidth(unit, `500 ${size * small}px Inter`) + size * 0.16
    return { first, second }
  }
  const { first, second } = measure(below.size)
  const size = below.size * Math.min(1, below.width / (first + second))
  const fitted = measure(size)
  const left = x - (fitted.first + fitted.second) / 2
  drawText(ctx, number, left, y, { size, weight: 600, color, align: 'left' })
  if (unit === '') return
  const at = y + size * 0.727 * ((1 - small) / 2)
  drawText(ctx, unit, left + fitted.first + size * 0.16, at, {
    size: size * small,
    color: quiet,
    align: 'left',
  })
}

/** Where a number lies on the scale, 0 to 1; a scale may run backwards. */
function share(value: number, { min, max }: { min: number; max: number }): number {
  return Math.min(1, Math.max(0, (value / 2 - min / 2) / (max / 2 - min / 2)))
}

/** A series with one number, for the gallery. */
function exampleNumber(value: number): NumberSeries {
  const time = Date.UTC(2026, 0, 1, 12)
  const point = { time, min: value, max: value, mean: value, last: value }
  return {
    key: 'cpu',
    from: time - 9_000,
    to: time + 1_000,
    step: 1_000,
    points: [point],
    value,
    time,
    isLate: false,
  }
}
