import {
  backgroundTone,
  type Context,
  defineWidget,
  drawBox,
  dropMissingEmoji,
  isRightToLeft,
  param,
} from 'imgcast'

const GROUPED = new Intl.NumberFormat('en')
const COMPACT = new Intl.NumberFormat('en', { notation: 'compact' })
// In em: the dot's radius, the gaps, and the height of Inter's digits.
const [DOT, AFTER_DOT, SPACE, DIGIT_HEIGHT] = [0.26, 0.44, 0.32, 0.727]

const COLORS = {
  light: { ground: '#f6f8fa', ink: '#1f2328', color: '#1a7f37', edge: '#1f232824' },
  dark: { ground: '#161b22', ink: '#f0f6fc', color: '#3fb950', edge: '#3d444d' },
  // Equally readable on white and on black.
  either: { ground: 'transparent', ink: '#767b81', color: '#1f883d', edge: '' },
}

export default defineWidget({
  title: 'Watching now',
  about: 'The number of people who watch this picture, or the number of open streams.',
  gallery: { rank: 10 },
  size: { width: { min: 60, max: 600, default: 170 }, height: { min: 16, max: 150, default: 40 } },
  params: {
    label: param.text('watching now', { max: 60, about: 'Text after the number.' }),
    count: param.choice(['visitors', 'connections'], 'visitors', { about: 'Count people, or open streams.' }),
    style: param.choice(['pill', 'box'], 'pill', { about: 'Round ends, or rounded corners.' }),
    theme: param.theme('auto', { about: 'For light or dark pages; auto is a dark card that suits both.' }),
    color: param.color('', {
      about:
        'Colour of the dot and the number, and of the text if the background is transparent and the theme is auto.',
    }),
    background: param.color('', { about: 'Background colour, or transparent.' }),
  },
  draw(ctx, { width, height, scale, params, visitors, connections }) {
    const { background, theme } = params
    const colors = COLORS[backgroundTone(background, theme, 'dark')]
    const color = params.color || colors.color
    const ink = colors === COLORS.either && params.color ? color : colors.ink
    const label = dropMissingEmoji(params.label)
    const corner = height / (params.style === 'pill' ? 2 : 5)
    // A hairline, so that the edge is visible on a page of nearly the same colour.
    const edge = background === 'transparent' ? '' : colors.edge
    drawBox(ctx, [0, 0, width, height], { color: background || colors.ground, corner })
    drawBox(ctx, [0, 0, width, height], { color: '#0000', corner, edge })

    // Digits of equal width, so that the text does not move while the number changes.
    ctx.fontVariantNumeric = 'tabular-nums'
    const watching = params.count === 'visitors' ? visitors : connections
    const padding = Math.min(height * 0.38, width * 0.13)
    const line = layOut(ctx, watching, label, height * 0.23 + 5, width - padding * 2)
    // On whole device pixels, for crisp text at 1x.
    const snap = (length: number) => Math.round(length * scale) / scale
    const { em } = line
    const baseline = snap((height + em * DIGIT_HEIGHT) / 2)
    const left = snap((width - line.width) / 2)
    const afterDot = snap(left + (DOT * 2 + AFTER_DOT) * em)
    // Mirrored: the dot and the number are on the right.
    const mirrored = isRightToLeft(label)
    const x = (length: number) => (mirrored ? width - length : length)
    ctx.direction = mirrored ? 'rtl' : 'ltr'

    ctx.globalAlpha = watching > 0 ? 1 : 0.5
    ctx.fillStyle = color
    ctx.beginPath()
    ctx.arc(x(left + DOT * em), baseline - (em * DIGIT_HEIGHT) / 2, DOT * em, 0, Math.PI * 2)
    ctx.fill()
    ctx.globalAlpha = 1
    ctx.font = `600 ${em}px Inter`
    ctx.fillText(line.number, x(afterDot), baseline)
    ctx.fillStyle = ink
    ctx.font = `500 ${em}px Inter`
    ctx.fillText(line.words, x(afterDot + line.numberWidth + SPACE * em), baseline)
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
  // Fewer letters would be meaningless.
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
