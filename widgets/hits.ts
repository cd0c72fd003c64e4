import {
  type BadgeStyle,
  badgeSize,
  badgeSvg,
  type Context,
  defineWidget,
  drawBadge,
  drawBox,
  drawText,
  loadLogo,
  OLDER_BADGE_STYLES,
  param,
  readableColor,
  toPalette,
  zoneOffset,
} from 'imgcast/widget'

// Width of a cell and of the frame, in digit heights; then the colours of frame, cell and digit.
const COUNTERS = {
  odometer: { lengths: [0.66, 0.1], dark: '#59626c #16181b #f6f3e8', light: '#aeb6bf #fdfbf3 #1f2328' },
  led: { lengths: [0.66, 0.2], dark: '#1c0b0c #0000 #ff4638', light: '#c3ceb5 #0000 #1c2418' },
  flip: { lengths: [0.72, 0], dark: '#0000 #2a3038 #f0f6fc', light: '#0000 #e9edf1 #1f2328' },
  plain: { lengths: [0.56, 0], dark: '#0000 #0000 #f0f6fc', light: '#0000 #0000 #1f2328' },
}
const BADGES: readonly BadgeStyle[] = ['flat', 'flat-square', 'plastic', 'for-the-badge', 'social']
const STYLES = [
  'odometer',
  'led',
  'flip',
  'plain',
  'flat',
  'flat-square',
  'plastic',
  'for-the-badge',
  'social',
] as const
const THEME = /^[A-Za-z0-9._~-]{1,40}$/
const SEPARATORS = { none: '', comma: ',', point: '.', space: '\u202f' }
const COMPACT = new Intl.NumberFormat('en', { notation: 'compact', maximumFractionDigits: 1 })
/** Width of a separator in the style plain, in digit heights. */
const SEPARATOR_WIDTH = 0.28
/** More than text needs: the shades over drums and over the lower half of flip digits take some of it. */
const DIGIT_CONTRAST = 6
/** Below this size the neighbours on a drum would be dashes. */
const SMALLEST_DRUM = 24
// Start and end of each of the seven segments, in half digits, and the digits that light it.
const SEGMENTS = '0010:02356789 1011:01234789 1112:013456789 0212:0235689 0102:0268 0001:045689 0111:2345689'

type Counts = { hits: number; today: number; digits?: readonly Digit[] | undefined }
type Digit = NonNullable<Awaited<ReturnType<typeof loadLogo>>>
type Look = {
  span: 'total' | 'today'
  style: (typeof STYLES)[number]
  base: number
  digits: number
  separator: keyof typeof SEPARATORS
  abbreviate: boolean
  size: number
  label: string
  color: string
}

export default defineWidget({
  title: 'Hit counter',
  about: 'A hit counter: the number of requests for this picture.',
  gallery: { rank: 50 },
  params: {
    span: param.choice(['total', 'today'], 'total', { about: 'All requests, or those of today.' }),
    zone: param.zone('UTC', { about: 'Whose midnight begins today.' }),
    style: param.choice(STYLES, 'odometer', {
      otherwise: 'flat',
      older: OLDER_BADGE_STYLES,
      about: 'A counter with digits of its own, or a badge in a style of shields.io.',
    }),
    images: param.text('', {
      max: 40,
      about: 'A theme of the server: pictures of digits, in place of the style. An unknown one is ignored.',
    }),
    base: param.integer(0, {
      min: 0,
      max: 1_000_000_000,
      about: 'Added to all requests: the number that an earlier counter had.',
    }),
    count: param.boolean(true, { about: 'Whether a request for this look is a hit.' }),
    only: param.choice(['all', 'proxies'], 'all', {
      about: 'Which requests are hits: all, or those of image proxies, such as that of GitHub.',
    }),
    unique: param.choice(['no', 'day'], 'no', {
      about: 'With day, a visitor counts once a day. Readers behind one image proxy are one visitor.',
    }),
    digits: param.integer(6, {
      min: 1,
      max: 12,
      about: 'Minimum number of digits, padded with zeros; badges are not padded.',
    }),
    separator: param.choice(['none', 'comma', 'point', 'space'], 'none', {
      about: 'Between thousands, in badges and in the style plain.',
    }),
    abbreviate: param.boolean(false, {
      about: 'Short numbers such as 12.3K, in badges and in the style plain.',
    }),
    size: param.integer(36, { min: 12, max: 160, about: 'Height of a digit, in CSS pixels.' }),
    label: param.text('', { max: 60, about: 'Text below the digits, or in the left half of a badge.' }),
    theme: param.theme(),
    color: param.color('', { about: 'The digits, or the right half of a badge.' }),
  },
  async load({ state, history, time, params: { zone, images } }) {
    const stored = THEME.test(images) ? await state.get<string[]>(`$digits:${images}`) : undefined
    const loaded = await Promise.all((stored ?? []).map(loadLogo))
    const digits = stored && loaded.every((digit) => digit !== undefined) ? loaded : undefined
    const today = `$hits:${new Date(time).toISOString().slice(0, 10)}`
    const hits = (await state.get<number>('$hits')) ?? 0
    if (zone === 'UTC') return { hits, today: (await state.get<number>(today)) ?? 0, digits }
    const offset = zoneOffset(time, zone)
    const midnight = Math.floor((time + offset) / 86_400_000) * 86_400_000 - offset
    const { steps } = await history({ span: 'day' })
    const since = steps.filter((step) => step.time >= midnight)
    return { hits, today: since.reduce((sum, step) => sum + step.hits, 0), digits }
  },
  alt({ params, data }) {
    const number = numberOf(params, data)
    const isPlain = params.separator === 'none' && !params.abbreviate
    const written = isPlain ? new Intl.NumberFormat('en').format(number) : toWords(params, data)
    const words = `${written} ${number === 1 ? 'hit' : 'hits'}`
    const said = params.span === 'today' ? `${words} today` : words
    return params.label.trim() ? `${params.label.trim()}: ${said}` : said
  },
  json: ({ room, data: { hits, today } }) => ({ room, hits, today }),
  size: ({ params, data }) => {
    const row = layOutDigits(params, data)
    if (row) return row
    if (isBadge(params.style)) return badgeSize(toBadge(params, data))
    const { size, label } = params
    const { cells, frame } = layOut(params, data)
    const height = size + frame * 2 + (label.trim() ? size * 0.3 + 12 : 0)
    return { width: cells.reduce((sum, { wide }) => sum + wide, 0) + frame * 2, height }
  },
  svg: ({ params, data }) => (isBadge(params.style) && !data?.digits ? toBadge(params, data) : undefined),
  draw(ctx, { params, data, width, height }) {
    const { style, size, label, theme, color } = params
    const row = layOutDigits(params, data)
    for (const { digit, x, wide } of row?.cells ?? []) ctx.drawImage(digit, x, 0, wide, size)
    if (row) return
    if (isBadge(style)) return drawBadge(ctx, toBadge(params, data))
    // Label and plain digits have no panel behind them.
    const page = toPalette({ theme, background: 'transparent' })
    const [panel = '', cell = '', ink = ''] = COUNTERS[style][theme === 'light' ? 'light' : 'dark'].split(' ')
    const { cells, frame } = layOut(params, data)
    drawText(ctx, label, width / 2, height - size / 8 - 4, { size: size / 5 + 6, width, color: page.ink })
    const paint =
      style === 'plain'
        ? page.accent(color, page.ink)
        : color
          ? readableColor(color, [style === 'led' ? panel : cell], DIGIT_CONTRAST)
          : ink
    const edge = frame > 0 ? '#80868c55' : ''
    drawBox(ctx, [0, 0, width, size + frame * 2], { color: panel, edge, corner: size * 0.14 })
    const shade = ctx.createLinearGradient(0, 0, 0, size)
    for (const stop of [0, 0.3, 0.7, 1]) shade.addColorStop(stop, stop % 1 ? '#0000' : '#000b')
    ctx.translate(frame, frame)
    for (const { text, wide } of cells) {
      ctx.save()
      ctx.beginPath()
      ctx.roundRect(size / 50, 0, wide - size / 25, size, size * 0.08)
      ctx.clip()
      drawBox(ctx, [0, 0, wide, size], { color: cell })
      ctx.fillStyle = paint
      for (const step of { odometer: [9, 11, 10], led: [], flip: [10], plain: [10] }[style]) {
        const y = size * (0.5 + (step - 10) * 0.74)
        if (step !== 10 && size < SMALLEST_DRUM) continue
        const shown = /\d/.test(text) ? `${(Number(text) + step) % 10}` : text
        drawText(ctx, shown, wide / 2, y, { size: size * 0.84, weight: 600 })
      }
      if (style === 'odometer') drawBox(ctx, [0, 0, wide, size], { color: shade })
      for (const high of style === 'flip' ? [size / 2, size / 36] : [])
        drawBox(ctx, [0, size / 2, wide, high], { color: '#0002' })
      if (style === 'led') drawSegments(ctx, text, size)
      ctx.restore()
      ctx.translate(wide, 0)
    }
  },
})

function isBadge(style: string): style is BadgeStyle {
  return (BADGES as readonly string[]).includes(style)
}

function numberOf({ span, base }: Look, data: Partial<Counts> | undefined): number {
  return span === 'total' ? (data?.hits ?? 0) + base : (data?.today ?? 0)
}

/** The number as people write it. */
function toWords(look: Look, data: Partial<Counts> | undefined): string {
  const number = numberOf(look, data)
  if (look.abbreviate && number >= 1000) return COMPACT.format(number)
  const digits = String(number)
  const first = digits.length % 3 || 3
  const groups = [digits.slice(0, first), ...(digits.slice(first).match(/\d{3}/g) ?? [])]
  return groups.join(SEPARATORS[look.separator])
}

function toBadge(look: Look, data: Partial<Counts> | undefined): string {
  const { style, label, color } = look
  return badgeSvg({
    label: label || 'hits',
    message: toWords(look, data),
    color: color || 'blue',
    style: isBadge(style) ? style : 'flat',
  })
}

/** A row of pictures as high as a digit; undefined without a theme. */
function layOutDigits(look: Look, data: Partial<Counts> | undefined) {
  if (!data?.digits) return undefined
  const { digits: least, size } = look
  let width = 0
  const cells = [...String(numberOf(look, data)).padStart(least, '0')].map((number) => {
    const digit = data.digits?.[Number(number)] as Digit
    const wide = Math.round((size * digit.width) / digit.height)
    width += wide
    return { digit, x: width - wide, wide }
  })
  return { cells, width, height: size }
}

/** The cells of a counter, each a digit; in the style plain also what parts them. */
function layOut(look: Look, data: Partial<Counts> | undefined) {
  const { digits, size, style } = look
  const [wide = 0, frame = 0] = COUNTERS[isBadge(style) ? 'plain' : style].lengths.map((length) =>
    Math.round(length * size),
  )
  const isWritten = style === 'plain' && (look.abbreviate || look.separator !== 'none')
  const text = isWritten ? toWords(look, data) : String(numberOf(look, data)).padStart(digits, '0')
  const narrow = Math.round(size * SEPARATOR_WIDTH)
  const cells = [...text].map((letter) => {
    const isNarrow = !/[\dA-Z]/.test(letter)
    return { text: letter, wide: isNarrow ? narrow : letter === 'M' ? Math.round(wide * 1.4) : wide }
  })
  return { cells, frame }
}

/** Draws the seven segments as bars with pointed ends, which meet in the corners. */
function drawSegments(ctx: Context, digit: string, size: number) {
  ctx.transform(size * 0.42, 0, size * -0.04, size * 0.42, size * 0.14, size * 0.08)
  const [half, gap] = [0.125, 0.025]
  for (const segment of SEGMENTS.split(' ')) {
    const [x = 0, y = 0, right = 0, bottom = 0] = [...segment].map(Number)
    const [along, across] = [right - x, bottom - y]
    const at = (from: number, side: number) =>
      ctx.lineTo(x + along * from + across * side, y + across * from + along * side)
    ctx.globalAlpha = segment.includes(digit, 5) ? 1 : 0.1
    ctx.beginPath()
    for (const side of [-half, half]) {
      const ends = [gap, gap + half, 1 - gap - half, 1 - gap]
      for (const [index, from] of (side < 0 ? ends : ends.toReversed()).entries())
        at(from, index % 3 === 0 ? 0 : side)
    }
    ctx.fill()
  }
}
