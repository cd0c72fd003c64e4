import { brightness, type Context, defineWidget, param } from 'imgcast'

const GROUPED = new Intl.NumberFormat('en')
const COMPACT = new Intl.NumberFormat('en', { notation: 'compact' })
// In em: the dot's radius, the gaps, and how high Inter's digits are.
const [DOT, AFTER_DOT, SPACE, DIGIT_HEIGHT] = [0.26, 0.44, 0.32, 0.727]

export default defineWidget({
  title: 'Watching now',
  about: 'How many people look at this very picture, or how often it is open.',
  size: { width: { min: 60, max: 600, default: 170 }, height: { min: 16, max: 150, default: 40 } },
  params: {
    label: param.text('watching now', { max: 60, about: 'The words after the number.' }),
    count: param.choice(['visitors', 'connections'], 'visitors', { about: 'People, or open pictures.' }),
    style: param.choice(['pill', 'box'], 'pill', { about: 'Round ends, or rounded corners.' }),
    color: param.color('#3fb950', {
      about: 'The dot and the number; on a transparent ground the words too.',
    }),
    background: param.color('#21262d', { about: 'The ground, or transparent.' }),
  },
  draw(ctx, { width, height, scale, params, visitors, connections }) {
    const { background, color, label } = params
    const ink = background === 'transparent' ? color : brightness(background) > 0.59 ? '#1f2328' : '#f0f6fc'
    const corner = height / (params.style === 'pill' ? 2 : 5)
    ctx.beginPath()
    ctx.roundRect(0, 0, width, height, corner)
    ctx.fillStyle = background
    ctx.fill()
    if (background !== 'transparent') {
      // A hairline, so that the edge shows on a page of nearly the same colour.
      ctx.beginPath()
      ctx.roundRect(0.5, 0.5, width - 1, height - 1, corner - 0.5)
      ctx.globalAlpha = 0.14
      ctx.strokeStyle = ink
      ctx.stroke()
    }

    // Digits of one width: the words stand still while the number changes.
    ctx.fontVariantNumeric = 'tabular-nums'
    const watching = params.count === 'visitors' ? visitors : connections
    const padding = Math.min(height * 0.38, width * 0.13)
    const line = layOut(ctx, watching, label.trim(), height * 0.23 + 5, width - padding * 2)
    // On whole device pixels, for type that is crisp at 1x.
    const snap = (length: number) => Math.round(length * scale) / scale
    const { em } = line
    const baseline = snap((height + em * DIGIT_HEIGHT) / 2)
    const left = snap((width - line.width) / 2)
    const afterDot = snap(left + (DOT * 2 + AFTER_DOT) * em)

    ctx.globalAlpha = watching > 0 ? 1 : 0.5
    ctx.fillStyle = color
    ctx.beginPath()
    ctx.arc(left + DOT * em, baseline - (em * DIGIT_HEIGHT) / 2, DOT * em, 0, Math.PI * 2)
    ctx.fill()
    ctx.globalAlpha = 1
    ctx.font = `600 ${em}px Inter`
    ctx.fillText(line.number, afterDot, baseline)
    ctx.fillStyle = ink
    ctx.font = `500 ${em}px Inter`
    ctx.fillText(line.words, afterDot + line.numberWidth + SPACE * em, baseline)
  },
})

/** Smaller type before fewer digits, fewer digits before fewer words. */
function layOut(ctx: Context, count: number, label: string, em: number, room: number) {
  const attempts = [GROUPED, COMPACT].flatMap((format) =>
    [1, 0.93, 0.86, 0.8].map((shrink) => ({ format, shrink })),
  )
  for (const { format, shrink } of attempts) {
    const line = measure(ctx, format.format(count), label, em * shrink)
    if (line.width <= room) return line
  }
  // A stump of fewer letters would say nothing.
  for (let end = label.length - 1; end >= 8; end -= 1) {
    const line = measure(ctx, COMPACT.format(count), `${label.slice(0, end).trim()}…`, em * 0.8)
    if (line.width <= room) return line
  }
  const bare = measure(ctx, COMPACT.format(count), '', em)
  return measure(ctx, bare.number, '', em * Math.min(1, room / bare.width))
}

function measure(ctx: Context, number: string, words: string, em: number) {
  ctx.font = `600 ${em}px Inter`
  const numberWidth = ctx.measureText(number).width
  ctx.font = `500 ${em}px Inter`
  const wordsWidth = words ? SPACE * em + ctx.measureText(words).width : 0
  return { number, words, em, numberWidth, width: (DOT * 2 + AFTER_DOT) * em + numberWidth + wordsWidth }
}
