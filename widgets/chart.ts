import {
  type Context,
  cutText,
  defineWidget,
  drawBox,
  formatValue,
  type NumberSeries,
  type Palette,
  param,
  type RoomHistory,
  textWidth,
  toDrawable,
  toPalette,
} from 'imgcast/widget'

const COMPACT = new Intl.NumberFormat('en', { notation: 'compact' })
const BLUES = { light: '#0969da', dark: '#4493f8', either: '#2f81f7' }
const PERIODS = { hour: '1h', day: '1d', week: '7d' } as const
// Relative to now, so that they are correct in every time zone.
const SPANS = {
  hour: { marks: [60, 45, 30, 15], unit: 'min', length: 60 },
  day: { marks: [24, 18, 12, 6], unit: 'h', length: 24 },
  week: { marks: [7, 6, 5, 4, 3, 2, 1], unit: 'd', length: 7 },
}

const SERIES_NAME = /^[\w.~-]{1,64}$/
const NO_SERIES = '-'

export default defineWidget({
  title: 'Chart',
  about: 'A room’s visitors, or a series of numbers, over the last hour, day or week: peak and average.',
  gallery: { rank: 80 },
  role: 'history-chart',
  size: { width: { min: 120, max: 1200, default: 480 }, height: { min: 40, max: 600, default: 180 } },
  params: {
    room: param.text('', {
      max: 129,
      about: 'A room, as widget/key; by default the room of online with this key.',
    }),
    of: param.text('', { max: 71, about: 'A series of numbers in place of a room, as series/key.' }),
    span: param.choice(['hour', 'day', 'week'], 'day', { about: 'The time span.' }),
    label: param.text('{room}', { max: 60, about: 'The heading; {room} is replaced by the room.' }),
    theme: param.theme(),
    color: param.color('', { about: 'Colour of the line.' }),
    background: param.color('', { about: 'Background colour, or transparent.' }),
  },
  async load({ key, params: { room, of, span }, history, series }) {
    if (of !== '') {
      const name = of.replace(/^series\//, '')
      // A stranger's URL can name what no series is called: there are no numbers of it, and the widget has not failed.
      const isName = SERIES_NAME.test(name)
      const shown = toShown(await series({ key: isName ? name : NO_SERIES, period: PERIODS[span] }))
      return isName ? shown : { ...shown, room: of, steps: [], visitors: 0 }
    }
    const shown = await history({ room: room.includes('/') ? room : `online/${room || key}`, span })
    return { ...shown, isSeries: false }
  },
  alt({ params: { span }, data: { room, visitors, steps, isSeries } }) {
    if (isSeries && steps.length === 0) return `${room}: no numbers in the last ${span}`
    const highest = Math.max(visitors, ...steps.map((step) => step.visitors.peak))
    if (isSeries)
      return `${room} over the last ${span}: ${formatValue(visitors)} now, at most ${formatValue(highest)}`
    return `Visitors of ${room} over the last ${span}: ${visitors} now, at most ${highest}`
  },
  json: ({ data: { isSeries: _isSeries, ...data } }) => data,
  draw(ctx, { width, height, scale, params, data }) {
    const palette = toPalette(params)
    const color = palette.accent(params.color, BLUES[palette.tone])
    const em = Math.min(13, Math.max(10, 9 + width / 200))
    const padding = palette.edge ? Math.min(16, Math.max(7, Math.min(width, height) * 0.08)) : 2
    const font = (weight: number, size = em) => `${weight} ${size}px Inter`
    const snap = (length: number) => Math.round(length * scale) / scale
    const { ground, edge, quiet, rule } = palette
    drawBox(ctx, [0, 0, width, height], { color: ground, edge, corner: Math.min(8, height / 6) })

    // Parts that do not fit are left out: first the time axis, then the heading.
    const hasHeading = height >= 64
    const hasTime = height >= 100
    const highest = Math.max(data.visitors, ...data.steps.map(({ visitors }) => visitors.peak))
    const top = snap(padding + (hasHeading ? em * 1.9 : em * 0.5))
    const bottom = snap(height - padding - (hasTime ? em * 1.6 : 1))
    const shown: Shown['steps'] = data.steps
    const lows = data.isSeries ? [data.visitors, ...shown.map(({ visitors }) => visitors.low ?? 0)] : []
    const lowest = Math.min(0, ...lows)
    const format = (count: number) => (data.isSeries ? formatValue(count) : COMPACT.format(count))
    const { ticks, min, max } = scaleFor(lowest, highest, (bottom - top) / (em * 2.4), data.isSeries)
    ctx.font = font(400)
    const right = width - padding - 4
    const left = snap(
      padding + Math.max(...ticks.map((tick) => textWidth(format(tick), font(400)))) + em * 0.6,
    )
    const x = (time: number) => left + ((time - data.from) / (data.to - data.from)) * (right - left)
    const y = (count: number) => bottom - ((count / 2 - min / 2) / (max / 2 - min / 2)) * (bottom - top)

    ctx.fillStyle = quiet
    ctx.textBaseline = 'middle'
    for (const tick of ticks) {
      ctx.textAlign = 'right'
      ctx.fillStyle = quiet
      ctx.fillText(format(tick), left - em * 0.6, y(tick))
      ctx.fillStyle = rule
      ctx.fillRect(left, snap(y(tick)) - 1 / scale, right - left, 1)
    }
    if (hasTime) drawTimes(ctx, params.span, quiet, { left, right, y: height - padding - em * 0.4, em })

    // Nothing is known of the time before the room was first watched: no line, rather than a line at zero.
    const known = data.steps.filter(({ time }) => time + data.step > (data.since ?? data.from))
    const start = Math.max(known[0]?.time ?? data.to, data.since ?? data.from)
    // A count holds until it changes: steps, and at the end the count that the heading reports.
    const outline = (level: 'peak' | 'mean') =>
      known.flatMap(({ time, visitors }) => {
        const high = y(visitors[level])
        return [
          { x: x(Math.max(time, start)), y: high },
          { x: x(time + data.step), y: high },
        ]
      })
    if ((highest > 0 || data.isSeries) && known.length > 0) {
      const peaks = outline('peak')
      const now = { x: right, y: y(data.visitors) }
      const floor = y(Math.max(min, 0))
      fillUnder(ctx, peaks, floor, color, 0.16)
      fillUnder(ctx, outline('mean'), floor, color, 0.26)
      trace(ctx, [...peaks, now])
      ctx.lineJoin = 'round'
      ctx.lineWidth = Math.min(2, 1 + width / 600)
      ctx.strokeStyle = color
      ctx.stroke()
      const top = known.find(({ visitors }) => visitors.peak === highest)
      const middle = top && (Math.max(top.time, start) + top.time + data.step) / 2
      const dotGround = palette.edge ? ground : color
      if (middle) drawDot(ctx, { x: x(middle), y: y(highest) }, em * 0.26, dotGround, color)
      drawDot(ctx, now, em * 0.26, color, color)
    } else {
      ctx.textAlign = 'center'
      ctx.fillStyle = quiet
      const nothing = data.isSeries ? 'no numbers' : 'nobody'
      const words = `${nothing} in the last ${params.span}`
      const fits = textWidth(words, font(400)) <= right - left
      ctx.fillText(fits ? words : nothing, (left + right) / 2, (top + bottom) / 2)
    }
    if (hasHeading)
      drawHeading(
        ctx,
        params.label.replaceAll('{room}', data.room),
        format(data.visitors),
        format(highest),
        palette,
        color,
        {
          left: padding,
          right: width - padding,
          y: padding + em * 0.6,
          em,
        },
      )
  },
})

/** The counts of a room, or a series of numbers. */
interface Shown extends Pick<RoomHistory, 'room' | 'from' | 'to' | 'step' | 'visitors' | 'since'> {
  isSeries: boolean
  steps: { time: number; visitors: { peak: number; mean: number; low?: number } }[]
}

interface Place {
  left: number
  right: number
  y: number
  em: number
}

/** Shows a series as the counts of a room are shown. */
function toShown({ key, from, to, step, points, value = 0 }: NumberSeries): Shown {
  const steps = points.map(({ time, min, max, mean }) => ({ time, visitors: { peak: max, mean, low: min } }))
  return { isSeries: true, room: `series/${key}`, from, to, step, steps, visitors: value, since: undefined }
}

/** Returns round numbers up to the highest, at most `maxTicks` of them: 0, 5, 10. Only whole numbers where they count people. */
function scaleFor(lowest: number, highest: number, maxTicks: number, isSeries: boolean) {
  if (lowest < 0 || isSeries) return scaleOfNumbers(lowest, Math.max(0, highest), maxTicks)
  if (highest === 0) return { ticks: [0], min: 0, max: 1 }
  if (maxTicks < 2) return { ticks: [0, highest], min: 0, max: highest }
  const lines = Math.min(5, Math.floor(maxTicks))
  const power = 10 ** Math.floor(Math.log10(Math.max(1, highest / lines)))
  const step = [1, 2, 5, 10].map((factor) => factor * power).find((each) => each * lines >= highest) ?? 1
  const count = Math.max(1, Math.ceil(highest / step))
  return { ticks: Array.from({ length: count + 1 }, (_, index) => index * step), min: 0, max: count * step }
}

/** The same for any numbers: with fractions, and below zero. */
function scaleOfNumbers(lowest: number, highest: number, maxTicks: number) {
  const length = highest / 2 - lowest / 2 || 0.5
  const lines = Math.max(1, Math.min(5, Math.floor(maxTicks)))
  const power = 10 ** Math.floor(Math.log10((length / lines) * 2))
  const step =
    [1, 2, 5, 10].map((factor) => factor * power).find((each) => (each * lines) / 2 >= length) ?? length * 2
  const first = Math.floor(lowest / step)
  const count = Math.max(1, Math.ceil(highest / step) - first)
  const ticks = Array.from({ length: count + 1 }, (_, index) =>
    Number(((first + index) * step).toPrecision(12)),
  )
  if (!ticks.every(Number.isFinite)) return { ticks: [lowest, highest], min: lowest, max: highest }
  return { ticks, min: ticks[0] ?? 0, max: ticks.at(-1) ?? 1 }
}

function trace(ctx: Context, points: { x: number; y: number }[]) {
  ctx.beginPath()
  for (const { x, y } of points) ctx.lineTo(x, y)
}

function fillUnder(
  ctx: Context,
  points: { x: number; y: number }[],
  bottom: number,
  color: string,
  alpha: number,
) {
  trace(ctx, points)
  ctx.lineTo(points.at(-1)?.x ?? 0, bottom)
  ctx.lineTo(points[0]?.x ?? 0, bottom)
  ctx.globalAlpha = alpha
  ctx.fillStyle = color
  ctx.fill()
  ctx.globalAlpha = 1
}

function drawDot(
  ctx: Context,
  { x, y }: { x: number; y: number },
  radius: number,
  fill: string,
  stroke: string,
) {
  ctx.beginPath()
  ctx.arc(x, y, radius, 0, Math.PI * 2)
  ctx.fillStyle = fill
  ctx.fill()
  ctx.strokeStyle = stroke
  ctx.lineWidth = 1.5
  ctx.stroke()
}

function drawTimes(ctx: Context, span: keyof typeof SPANS, color: string, { left, right, y, em }: Place) {
  const { marks, unit, length } = SPANS[span]
  const every = Math.ceil((marks.length * em * 4.6) / (right - left))
  ctx.fillStyle = color
  for (const [index, mark] of marks.entries()) {
    // Must not overlap `now`.
    const isClear = mark / length > (em * 5) / (right - left)
    if (index % every !== 0 || !isClear) continue
    ctx.textAlign = index === 0 ? 'left' : 'center'
    ctx.fillText(`−${mark} ${unit}`, left + (1 - mark / length) * (right - left), y)
  }
  ctx.textAlign = 'right'
  ctx.fillText('now', right, y)
}

/** Draws the heading, and at the other end the current count and the peak. Parts that do not fit are left out; the current count is the last to go. */
function drawHeading(
  ctx: Context,
  label: string,
  visitors: string,
  highest: string,
  { ink, quiet }: Palette,
  color: string,
  { left, right, y, em }: Place,
) {
  const bold = `600 ${em}px Inter`
  const plain = `400 ${em}px Inter`
  ctx.textAlign = 'right'
  let end = right
  const put = (text: string, font: string, fill: string) => {
    ctx.font = font
    ctx.fillStyle = fill
    ctx.fillText(text, end, y)
    end -= ctx.measureText(text).width + em * 0.35
  }
  if (right - left >= 150) {
    put(highest, bold, ink)
    put('peak', plain, quiet)
    end -= em * 0.6
  }
  put(visitors, bold, color)
  put('now', plain, quiet)
  ctx.textAlign = 'left'
  ctx.font = `500 ${em}px Inter`
  ctx.fillStyle = ink
  ctx.fillText(cutText(toDrawable(label), ctx.font, end - left - em), left, y)
}
