import {
  type Context,
  cutText,
  defineWidget,
  drawBox,
  isRightToLeft,
  param,
  textWidth,
  toDrawable,
  toPalette,
} from 'imgcast/widget'

const GROUPED = toText(new Intl.NumberFormat('en'))
const COMPACT = toText(new Intl.NumberFormat('en', { notation: 'compact' }))
// In em: the dot's radius, the gaps, and the height of Inter's digits.
const [DOT, AFTER_DOT, SPACE, DIGIT_HEIGHT] = [0.26, 0.44, 0.32, 0.727]
const LINE_HEIGHT = 1.25
const SMALLEST = 9
const GREENS = { light: '#1a7f37', dark: '#3fb950', either: '#1f883d' }
const LABEL = 'watching now'
const LOADS = 'load today|loads today'
const UNKNOWN = '–'
/** English nouns for people: `readers`, `visitors`. */
const PLURAL = /^(\S+\s)?(\p{L}+[eo]r)s(?!\p{L})/iu

export default defineWidget({
  title: 'Watching now',
  about: 'The number of people who watch this picture, or the number of open streams.',
  gallery: { rank: 10 },
  role: 'viewer-count',
  size: { width: { min: 60, max: 600, default: 170 }, height: { min: 16, max: 150, default: 40 } },
  params: {
    label: param.text(LABEL, {
      max: 60,
      about: 'Text after the number; a bar parts a form for 1 from the form for other numbers.',
    }),
    count: param.choice(['visitors', 'connections'], 'visitors', { about: 'Count people, or open streams.' }),
    loads: param.integer(-1, {
      min: -1,
      max: 1_000_000_000,
      about:
        'From 0, shows this number of loads of today in place of viewers. Image proxies get it, since they hide the viewers.',
    }),
    style: param.choice(['pill', 'box'], 'pill', { about: 'Round ends, or rounded corners.' }),
    theme: param.theme(),
    color: param.color('', {
      about:
        'Colour of the dot and the number, and of the text if the background is transparent and the theme is auto.',
    }),
    background: param.color('', { about: 'Background colour, or transparent.' }),
  },
  alt({ params, visitors, connections, isPartial }) {
    if (params.loads >= 0) return describeLoads(params.loads)
    const isPeople = params.count === 'visitors'
    const watching = isPeople ? visitors : connections
    const people = isPeople ? 'people ' : 'streams '
    const label = params.label === LABEL ? people + LABEL : params.label
    return `${isPartial ? 'at least ' : ''}${GROUPED(watching)} ${toWords(label, watching)}`
  },
  draw(ctx, { width, height, scale, params, visitors, connections, isPartial }) {
    const palette = toPalette(params)
    const color = palette.accent(params.color, GREENS[palette.tone])
    const ink = palette.tone === 'either' && params.color ? color : palette.ink
    const isProxied = params.loads >= 0
    const watching = isProxied ? params.loads : params.count === 'visitors' ? visitors : connections
    const label = isProxied ? toWords(LOADS, watching) : toDrawable(toWords(params.label, watching))
    const corner = height / (params.style === 'pill' ? 2 : 5)
    // A hairline, so that the edge is visible on a page of nearly the same colour.
    drawBox(ctx, [0, 0, width, height], { color: palette.ground, corner })
    drawBox(ctx, [0, 0, width, height], { color: '#0000', corner, edge: palette.edge })

    // Digits of equal width, so that the text does not move while the number changes.
    ctx.fontVariantNumeric = 'tabular-nums'
    const padding = Math.min(height * 0.38, width * 0.13)
    const shown = isProxied && watching === 0 ? UNKNOWN : watching
    const isAtLeast = isPartial && !isProxied
    const text = layOut(ctx, shown, label, { width: width - padding * 2, height, isAtLeast })
    // On whole device pixels, for crisp text at 1x.
    const snap = (length: number) => Math.round(length * scale) / scale
    const { em, lines } = text
    const first = (height - em * LINE_HEIGHT * (lines.length - 1) + em * DIGIT_HEIGHT) / 2
    const baseline = snap(first)
    const left = snap((width - text.width) / 2)
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
    ctx.fillText(text.number, x(afterDot), baseline)
    ctx.fillStyle = ink
    ctx.font = `500 ${em}px Inter`
    for (const [index, words] of lines.entries()) {
      const from = index === 0 ? afterDot + text.numberWidth + SPACE * em : afterDot
      ctx.fillText(words, x(from), snap(first + index * em * LINE_HEIGHT))
    }
  },
})

function toText(format: Intl.NumberFormat) {
  return (count: number | string) => (typeof count === 'string' ? count : format.format(count))
}

function describeLoads(loads: number): string {
  return loads === 0 ? 'an unknown number of loads today' : `${GROUPED(loads)} ${toWords(LOADS, loads)}`
}

/** The label for a number: `1 reader`, `2 readers`. */
function toWords(label: string, count: number): string {
  const [one = '', other] = label.split('|')
  if (other !== undefined) return count === 1 ? one : other
  return count === 1 ? one.replace(/^people(?!\p{L})/iu, 'person').replace(PLURAL, '$1$2') : one
}

/** Smaller type before fewer digits, those before a second line, and that before fewer words. */
function layOut(
  ctx: Context,
  count: number | typeof UNKNOWN,
  label: string,
  room: { width: number; height: number; isAtLeast: boolean },
) {
  const em = room.height * 0.23 + 5
  const fits = (line: { width: number }) => line.width <= room.width
  const shrunk = [1, 0.93, 0.86, 0.8]
  // Some servers cannot be reached.
  const plus = (format: typeof GROUPED) => (number: typeof count) =>
    format(number) + (room.isAtLeast ? '+' : '')
  const [grouped, compact] = [plus(GROUPED), plus(COMPACT)]
  for (const format of [grouped, compact]) {
    for (const shrink of shrunk) {
      const line = measure(ctx, format(count), [label], em * shrink)
      if (fits(line)) return line
    }
  }
  // Two lines need the height of two.
  for (let small = Math.min(em * 0.8, room.height / 2.7); small >= SMALLEST; small *= 0.94) {
    for (const format of [grouped, compact]) {
      const text = measure(ctx, format(count), inTwo(label), small)
      if (fits(text)) return text
    }
  }
  // Fewer letters would be meaningless.
  const number = measure(ctx, compact(count), [''], em * 0.8)
  const left = room.width - number.width - SPACE * em * 0.8
  const cut = cutText(label, `500 ${em * 0.8}px Inter`, left)
  if ([...cut].length > 8) return measure(ctx, number.number, [cut], em * 0.8)
  const bare = measure(ctx, compact(count), [''], em)
  return measure(ctx, bare.number, [''], em * Math.min(1, room.width / bare.width))
}

/** Breaks a text between the two words where its lines, the first of which begins with the number, are most even. */
function inTwo(label: string): readonly string[] {
  const words = label.split(' ')
  const ways = words.map((_, at) => [words.slice(0, at).join(' '), words.slice(at).join(' ')])
  const longest = ([first = '', second = '']: string[]) =>
    Math.max(...[`00 ${first}`, second].map((line) => textWidth(line, '500 16px Inter')))
  return ways.toSorted((one, other) => longest(one) - longest(other))[0] ?? [label]
}

function measure(ctx: Context, number: string, lines: readonly string[], em: number) {
  ctx.font = `600 ${em}px Inter`
  const numberWidth = ctx.measureText(number).width
  ctx.font = `500 ${em}px Inter`
  const [first = 0, second = 0] = lines.map((words) => (words ? ctx.measureText(words).width : 0))
  const wide = Math.max(numberWidth + (first > 0 ? SPACE * em + first : 0), second)
  return { number, lines, em, numberWidth, width: (DOT * 2 + AFTER_DOT) * em + wide }
}
