import {
  type Context,
  cutText,
  defineWidget,
  drawBox,
  drawText,
  formatDuration,
  formatRelative,
  formatValue,
  type NumberSeries,
  param,
  type SeriesPoint,
  type Threshold,
  textWidth,
  thresholdColor,
  toPalette,
  toThresholds,
} from 'imgcast/widget'

const BLUES = { light: '#0969da', dark: '#4493f8', either: '#2f81f7' }
const STYLES = ['line', 'area', 'bars'] as const
/** A line is broken where numbers are missing for this many times their usual distance. */
const GAP = 4
/** Below this height label and number are beside the line, not above it. */
const TWO_ROWS = 44
/** From this height on the smallest and the largest number are written beside the line. */
const WITH_LIMITS = 84
const EMPTY = 'no value yet'

type Point = { x: number; mean: number; low: number; high: number }

export default defineWidget({
  title: 'Sparkline',
  about: 'The numbers of the last minutes, hours or days that scripts send with PUT /api/series/<key>.',
  gallery: { rank: 82 },
  size: { width: { min: 40, max: 1200, default: 240 }, height: { min: 16, max: 600, default: 64 } },
  params: {
    label: param.text('{key}', { max: 60, about: 'Text beside the number; {key} is replaced by the key.' }),
    period: param.duration('1h', { min: '10s', max: '3650d', about: 'How far back.' }),
    style: param.choice(STYLES, 'area', { about: 'A line, a line with its area, or bars.' }),
    show: param.choice(['all', 'value', 'line'], 'all', {
      about: 'Label, number and line, or without the label, or only the line.',
    }),
    min: param.optionalNumber({ about: 'Bottom of the picture; by default the smallest number.' }),
    max: param.optionalNumber({ above: 'min', about: 'Top of the picture; by default the largest number.' }),
    unit: param.text('', { max: 16, about: 'Written after the number.' }),
    decimals: param.integer(-1, {
      min: -1,
      max: 10,
      about: 'Digits after the decimal point; -1 for about three digits.',
    }),
    locale: param.locale('en', { about: 'How numbers are written.' }),
    thresholds: param.thresholds('', { about: 'Colours from some numbers on.' }),
    theme: param.theme(),
    color: param.color('', { about: 'Colour of the line.' }),
    background: param.color('', { about: 'Background colour, or transparent.' }),
  },
  load: ({ series, params: { period } }) => series({ period }),
  example: exampleSeries(),
  alt({ key, params, data }) {
    const name = params.label.replaceAll('{key}', key).trim() || key
    const { value, points, isLate } = data
    if (value === undefined) return `${name}: ${EMPTY}`
    const format = (number: number) => formatValue(number, params)
    const plain = (number: number) => formatValue(number, { ...params, unit: '' })
    const { low, high } = limitsOf(points)
    const range =
      points.length === 0
        ? `nothing in the last ${wordsOf(params.period)}`
        : low === high
          ? `unchanged in the last ${wordsOf(params.period)}`
          : `between ${plain(low)} and ${plain(high)} in the last ${wordsOf(params.period)}`
    return `${name}: ${format(value)}, ${range}${isLate ? ', late' : ''}`
  },
  json: ({ room, data }) => ({ room, ...toJson(data) }),
  draw(ctx, scene) {
    const { width, height, scale, key, params, data } = scene
    const { value, points, isLate } = data
    const palette = toPalette(params)
    const { ground, edge, ink, quiet, rule } = palette
    const isStale = value !== undefined && (isLate || points.length === 0)
    const thresholds = toThresholds(params.thresholds).map((each) => ({
      ...each,
      color: palette.on(each.color),
    }))
    const color = palette.accent(params.color, BLUES[palette.tone])
    const padding = edge ? Math.min(14, Math.max(4, Math.min(width, height) * 0.14)) : 1
    const snap = (length: number) => Math.round(length * scale) / scale
    drawBox(ctx, [0, 0, width, height], { color: ground, edge, corner: Math.min(8, height / 5) })

    const label = params.show === 'all' ? params.label.replaceAll('{key}', key).trim() : ''
    const age = isStale ? formatRelative((data.time ?? 0) - scene.time, params.locale) : ''
    const words = [label, age].filter((word) => word !== '').join(' · ')
    const number = params.show === 'line' || value === undefined ? '' : formatValue(value, params)
    const numberColor = value === undefined || isStale ? quiet : (thresholdColor(thresholds, value) ?? ink)
    let [left, right, top, bottom] = [padding, width - padding, padding, height - padding]
    if (params.show !== 'line' && height >= TWO_ROWS) {
      const em = Math.min(16, Math.max(10, height * 0.11 + 5))
      const y = top + em * 0.5
      const size = em * 1.15
      const taken = number === '' ? 0 : Math.min(right - left, textWidth(number, `600 ${size}px Inter`))
      drawText(ctx, number, right, y, {
        ...{ size, weight: 600, color: numberColor, width: right - left, align: 'right', tabular: true },
      })
      drawWords(ctx, words, left, y, right - left - taken - em * 0.6, { size: em, color: quiet })
      top += em * 1.5
    } else if (params.show !== 'line') {
      const em = Math.min(15, Math.max(9, height * 0.26 + 5))
      const font = `600 ${em}px Inter`
      const y = height / 2
      const taken = number === '' ? 0 : Math.min((right - left) * 0.5, textWidth(number, font))
      drawText(ctx, number, right, y, {
        ...{ size: em, weight: 600, color: numberColor, width: taken, align: 'right', tabular: true },
      })
      if (taken > 0) right -= taken + em * 0.6
      const room = (right - left) * 0.45
      if (room >= em * 2.4) {
        const shown = drawWords(ctx, words, left, y, room, { size: em, color: quiet })
        if (shown > 0) left += shown + em * 0.6
      }
    }

    const line = params.style === 'bars' ? 0 : 1.5
    const plot = {
      left: snap(left) + line,
      right: right - line,
      top: top + line,
      bottom: snap(bottom) - line,
    }
    if (plot.right - plot.left < 8) return
    if (points.length === 0) return drawEmpty(ctx, plot, value === undefined ? EMPTY : '', quiet, rule)
    const limits = scaleOf(params, data)
    if (height >= WITH_LIMITS && params.show !== 'line')
      plot.right -= drawLimits(ctx, plot, limitsOf(points), limits, params, quiet)
    const y = (number: number) =>
      plot.bottom - Math.min(1, Math.max(0, share(number, limits))) * (plot.bottom - plot.top)
    const x = (time: number) =>
      plot.left + ((time - data.from) / (data.to - data.from)) * (plot.right - plot.left)
    ctx.globalAlpha = isStale ? 0.45 : 1
    const paint = paintOf(ctx, color, thresholds, limits, plot)
    if (params.style === 'bars') return drawBars(ctx, data, { x, y, paint, ...plot, scale, rule })
    ctx.fillStyle = rule
    if (params.style === 'area') ctx.fillRect(plot.left, snap(plot.bottom), plot.right - plot.left, 1 / scale)
    const runs = runsOf(data).map((run) =>
      run.map((point): Point => {
        const isNow = point === points.at(-1)
        const at = isNow && data.time !== undefined ? data.time : point.time + data.step / 2
        return {
          x: x(Math.min(data.to, at)),
          mean: y(isNow ? point.last : point.mean),
          low: y(point.min),
          high: y(point.max),
        }
      }),
    )
    for (const run of runs)
      drawRun(ctx, run, paint, { isArea: params.style === 'area', bottom: plot.bottom, isStale, height })
    const last = runs.at(-1)?.at(-1)
    if (!last) return
    ctx.beginPath()
    ctx.arc(last.x, last.mean, Math.min(3.2, 1.6 + height / 60), 0, Math.PI * 2)
    ctx.fillStyle = thresholdColor(thresholds, value ?? 0) ?? color
    ctx.fill()
  },
})

interface Plot {
  left: number
  right: number
  top: number
  bottom: number
}

/** Draws words, cut to a width; returns the width that they have taken. */
function drawWords(
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

function drawEmpty(
  ctx: Context,
  { left, right, top, bottom }: Plot,
  words: string,
  quiet: string,
  rule: string,
) {
  const size = Math.min(13, Math.max(8, (bottom - top) * 0.5))
  const fits = words !== '' && textWidth(words, `400 ${size}px Inter`) < right - left
  ctx.strokeStyle = rule
  ctx.lineWidth = 1.5
  ctx.setLineDash([3, 4])
  ctx.beginPath()
  const y = fits ? bottom : (top + bottom) / 2
  ctx.moveTo(left, y)
  ctx.lineTo(right, y)
  ctx.stroke()
  ctx.setLineDash([])
  if (fits) drawText(ctx, words, (left + right) / 2, (top + bottom) / 2, { size, weight: 400, color: quiet })
}

/** Writes the largest and the smallest number at the right; returns the width that they take. */
function drawLimits(
  ctx: Context,
  { right, top, bottom }: Plot,
  { low, high }: { low: number; high: number },
  limits: { low: number; high: number },
  format: { decimals: number; locale: string },
  color: string,
): number {
  const plain = { decimals: format.decimals, locale: format.locale }
  const size = 10.5
  const marks = high > low ? [high, low] : [high]
  const texts = marks.map((mark) => formatValue(mark, plain))
  const wide = Math.max(...texts.map((text) => textWidth(text, `400 ${size}px Inter`)))
  for (const [index, text] of texts.entries()) {
    const at = bottom - Math.min(1, Math.max(0, share(marks[index] ?? 0, limits))) * (bottom - top)
    const y = Math.min(bottom - size / 2 + 1, Math.max(top + size / 2 - 1, at))
    drawText(ctx, text, right, y, { size, weight: 400, color, align: 'right', tabular: true })
  }
  return wide + size * 0.9
}

function drawRun(
  ctx: Context,
  run: readonly Point[],
  paint: Context['fillStyle'],
  { isArea, bottom, isStale, height }: { isArea: boolean; bottom: number; isStale: boolean; height: number },
) {
  const [first] = run
  if (!first) return
  const alpha = isStale ? 0.45 : 1
  ctx.fillStyle = paint
  ctx.strokeStyle = paint
  ctx.lineJoin = 'round'
  ctx.lineCap = 'round'
  ctx.lineWidth = Math.min(2, 1.25 + height / 160)
  if (isArea && run.length > 1) {
    ctx.beginPath()
    for (const { x, mean } of run) ctx.lineTo(x, mean)
    ctx.lineTo(run.at(-1)?.x ?? 0, bottom)
    ctx.lineTo(first.x, bottom)
    ctx.globalAlpha = alpha * 0.16
    ctx.fill()
  }
  // From the smallest to the largest number of each step: a spike is seen.
  if (run.some(({ low, high }) => low - high > 1)) {
    ctx.beginPath()
    for (const { x, high } of run) ctx.lineTo(x, high)
    for (const { x, low } of run.toReversed()) ctx.lineTo(x, low)
    ctx.closePath()
    ctx.globalAlpha = alpha * 0.28
    ctx.fill()
  }
  ctx.globalAlpha = alpha
  ctx.beginPath()
  // A number without neighbours is a dot.
  if (run.length === 1) ctx.moveTo(first.x - 0.01, first.mean)
  for (const { x, mean } of run) ctx.lineTo(x, mean)
  ctx.stroke()
}

interface Bars extends Plot {
  x(time: number): number
  y(value: number): number
  paint: Context['fillStyle']
  scale: number
  rule: string
}

/** Merges steps to as many bars as have room, each from zero, or from the bottom, to the mean, and fainter to the largest. */
function drawBars(
  ctx: Context,
  data: NumberSeries,
  { x, y, paint, left, right, bottom, top, scale, rule }: Bars,
) {
  const steps = Math.round((data.to - data.from) / data.step)
  const most = Math.max(4, Math.floor((right - left) / 5))
  const merged = Math.ceil(steps / most)
  const alpha = ctx.globalAlpha
  const zero = Math.min(bottom, Math.max(top, y(0)))
  const snap = (length: number) => Math.round(length * scale) / scale
  ctx.fillStyle = rule
  ctx.fillRect(left, snap(zero), right - left, 1 / scale)
  ctx.fillStyle = paint
  for (let at = 0; at < steps; at += merged) {
    const from = data.from + at * data.step
    const to = from + merged * data.step
    const within = data.points.filter(({ time }) => time >= from && time < to)
    if (within.length === 0) continue
    const mean = within.reduce((sum, point) => sum + point.mean / within.length, 0)
    const farthest =
      mean < 0 ? Math.min(...within.map(({ min }) => min)) : Math.max(...within.map(({ max }) => max))
    const [start, end] = [snap(x(from)), snap(Math.min(right, x(to)))]
    const gap = end - start > 3 ? 1 : 0.5
    for (const [value, opacity] of [
      [farthest, 0.35],
      [mean, 1],
    ] as const) {
      const [high, low] = [Math.min(y(value), zero), Math.max(y(value), zero)]
      ctx.globalAlpha = alpha * opacity
      ctx.fillRect(
        start,
        snap(high),
        Math.max(0.5, end - start - gap),
        Math.max(1 / scale, snap(low) - snap(high)),
      )
    }
  }
  ctx.globalAlpha = alpha
}

/** The line's colour, or that of the thresholds at each height. */
function paintOf(
  ctx: Context,
  color: string,
  thresholds: readonly Threshold[],
  limits: { low: number; high: number },
  { top, bottom }: Plot,
): Context['fillStyle'] {
  if (thresholds.length === 0) return color
  const gradient = ctx.createLinearGradient(0, bottom, 0, top)
  let before = thresholdColor(thresholds, limits.low) ?? color
  gradient.addColorStop(0, before)
  for (const { from, color: next } of thresholds) {
    const at = share(from, limits)
    if (at <= 0 || at >= 1) continue
    gradient.addColorStop(at, before)
    gradient.addColorStop(at, next)
    before = next
  }
  gradient.addColorStop(1, before)
  return gradient
}

function limitsOf(points: readonly SeriesPoint[]) {
  return {
    low: Math.min(...points.map(({ min }) => min)),
    high: Math.max(...points.map(({ max }) => max)),
  }
}

/** The numbers at the bottom and at the top. Bars begin at zero. */
function scaleOf(
  { min, max, style }: { min: number | ''; max: number | ''; style: string },
  { points }: NumberSeries,
) {
  const found = limitsOf(points)
  const isBars = style === 'bars'
  let low = min === '' ? (isBars ? Math.min(0, found.low) : found.low) : min
  let high = max === '' ? (isBars ? Math.max(0, found.high) : found.high) : max
  if (high > low) return { low, high }
  // A constant series runs through the middle.
  const around = Math.abs(low) / 2 || 1
  if (min === '') low -= around
  if (max === '' || min !== '') high = low + around * 2
  return { low, high }
}

/** Where a number lies between two others; in halves, as their distance can exceed the largest number. */
function share(value: number, { low, high }: { low: number; high: number }): number {
  return (value / 2 - low / 2) / (high / 2 - low / 2)
}

/** Parts the points where numbers are missing. */
function runsOf({ points, step }: NumberSeries): SeriesPoint[][] {
  const distances = points.slice(1).map(({ time }, index) => time - (points[index]?.time ?? 0))
  const usual = distances.toSorted((one, other) => one - other)[Math.floor(distances.length / 2)] ?? step
  const runs: SeriesPoint[][] = []
  for (const point of points) {
    const run = runs.at(-1)
    const before = run?.at(-1)
    if (run && before && point.time - before.time <= usual * GAP) run.push(point)
    else runs.push([point])
  }
  return runs
}

function toJson({ key, value, time, from, to, step, points, isLate }: NumberSeries) {
  const iso = (at: number) => new Date(at).toISOString()
  const rows = points.map((point) => ({ ...point, time: iso(point.time) }))
  const { low, high } = limitsOf(points)
  const range = points.length === 0 ? {} : { min: low, max: high }
  return {
    ...{ key, value: value ?? null, time: time === undefined ? null : iso(time), isLate, ...range },
    ...{ from: iso(from), to: iso(to), step, points: rows },
  }
}

/** `hour`, `10 minutes`. */
function wordsOf(period: number): string {
  const [, number = '', unit = ''] = /^(\d+)([a-z]+)$/.exec(formatDuration(period)) ?? []
  const name = { d: 'day', h: 'hour', m: 'minute', s: 'second', ms: 'millisecond' }[unit] ?? unit
  return number === '1' ? name : `${number} ${name}s`
}

/** An hour of a busy machine, for the gallery. */
function exampleSeries(): NumberSeries {
  const [to, step] = [Date.UTC(2026, 0, 1, 12), 20_000]
  const points = Array.from({ length: 180 }, (_, index) => {
    const wave = 46 + 20 * Math.sin(index / 21) + 9 * Math.sin(index / 6.3) + 4 * Math.sin(index * 2.1)
    const spike = index === 112 ? 33 : 0
    const mean = Math.round(wave * 10) / 10
    const time = to - (180 - index) * step
    return { time, min: mean - 3, max: mean + 3 + spike, mean, last: mean }
  })
  const value = points.at(-1)?.last
  return { key: 'cpu', from: to - 180 * step, to, step, points, value, time: to - 1, isLate: false }
}
