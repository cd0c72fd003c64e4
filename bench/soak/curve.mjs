import { paint } from '../../dist/src/picture/encode.js'

const [WIDTH, HEIGHT] = [880, 360]
const FIELD = { left: 64, top: 56, width: WIDTH - 64 - 150, height: HEIGHT - 56 - 48 }
const MEGABYTE = 1e6
const LINES = 5
const GROUND = '#0d1117'
const INK = '#e6edf3'
const FAINT = '#8d96a0'
const RULE = '#30363d'
const COLORS = ['#58a6ff', '#3fb950', '#d29922', '#bc8cff', '#f778ba']

/** The memory of a server and its render processes over time, as a PNG twice as large. */
export function drawCurve({ samples, minutes, viewers, churn }) {
  const renderers = Math.max(...samples.map(({ rendererBytes }) => rendererBytes.length))
  const series = [
    { name: 'server', of: ({ serverBytes }) => serverBytes },
    ...Array.from({ length: renderers }, (_, index) => ({
      name: `render process ${index + 1}`,
      of: ({ rendererBytes }) => rendererBytes[index] ?? 0,
    })),
  ]
  const highest = Math.max(...series.flatMap(({ of }) => samples.map(of))) / MEGABYTE
  const step = Math.ceil((highest * 1.05) / LINES / 10) * 10
  const top = step * LINES
  const xOf = (time) => FIELD.left + (time / (minutes * 60_000)) * FIELD.width
  const yOf = (bytes) => FIELD.top + FIELD.height * (1 - bytes / MEGABYTE / top)
  return paint({ width: WIDTH, height: HEIGHT, scale: 2, format: 'png', quality: 90 }, (ctx) => {
    ctx.fillStyle = GROUND
    ctx.fillRect(0, 0, WIDTH, HEIGHT)
    write(ctx, 'Resident memory, MB', 28, 32, INK, '600 14px Inter')
    const about = `${viewers} viewers of three widgets, ${Math.round(churn * 100)} % of them replaced each second`
    write(ctx, about, WIDTH - 28, 32, FAINT, '400 12px Inter', 'right')
    drawGrid(ctx, step, minutes, xOf, yOf)
    series.forEach(({ name, of }, index) => {
      const color = COLORS[index % COLORS.length]
      ctx.beginPath()
      for (const sample of samples) ctx.lineTo(xOf(sample.time), yOf(of(sample)))
      ctx.strokeStyle = color
      ctx.lineWidth = 2
      ctx.lineJoin = 'round'
      ctx.stroke()
      // Names in a list, because the curves may end at the same height.
      write(ctx, name, FIELD.left + FIELD.width + 16, FIELD.top + 12 + index * 22, color, '500 13px Inter')
    })
  }).bytes
}

function drawGrid(ctx, step, minutes, xOf, yOf) {
  for (let line = 0; line <= LINES; line += 1) {
    const value = step * line
    ctx.fillStyle = RULE
    ctx.fillRect(FIELD.left, Math.round(yOf(value * MEGABYTE)), FIELD.width, 1)
    write(ctx, String(value), FIELD.left - 10, yOf(value * MEGABYTE) + 4, FAINT, '400 12px Inter', 'right')
    const time = (minutes / LINES) * line
    const label = `${Number(time.toFixed(1))} min`
    write(ctx, label, xOf(time * 60_000), HEIGHT - 22, FAINT, '400 12px Inter', 'center')
  }
}

function write(ctx, text, x, y, color, font, align = 'left') {
  ctx.fillStyle = color
  ctx.font = font
  ctx.textAlign = align
  ctx.fontVariantNumeric = 'tabular-nums'
  ctx.fillText(text, x, y)
}
