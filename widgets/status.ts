import {
  brightness,
  type Context,
  cutText,
  defineWidget,
  dropMissingEmoji,
  param,
  parseColor,
  textWidth,
} from 'imgcast'

/** The body of PUT /api/status/<key>: an endpoint badge of shields.io. Any field may be missing or wrong. */
type Badge = Partial<Record<'label' | 'message' | 'color' | 'labelColor' | 'isError' | 'style', unknown>>

const PLAIN = {
  height: 20,
  corner: 0,
  em: 11,
  weight: 500,
  spacing: 0,
  padding: 6,
  gap: 0,
  gloss: [] as string[],
}
const FLAT = { ...PLAIN, name: 'flat', corner: 3, gloss: ['#ffffff26', '#0000001a'] }
const LOOKS = [
  FLAT,
  { ...PLAIN, name: 'flat-square' },
  { ...PLAIN, name: 'plastic', height: 18, corner: 4, gloss: ['#fff8', '#fff2', '#0002', '#0006'] },
  { ...PLAIN, name: 'for-the-badge', height: 28, em: 10, weight: 700, spacing: 1.2, padding: 11 },
  { ...PLAIN, name: 'social', corner: 4, weight: 600, padding: 7, gap: 7 },
]
const MAX_TEXT_WIDTH = 300
const UNSET = '#6e7781'

export default defineWidget({
  title: 'Status badge',
  about: 'A badge that scripts set with PUT /api/status/<key>, in the format of shields.io.',
  gallery: { rank: 30 },
  params: {
    label: param.text('', { max: 60, about: 'Overrides the label that was sent.' }),
    style: param.choice(['auto', 'flat', 'flat-square', 'plastic', 'for-the-badge', 'social'], 'auto', {
      about: 'A style of shields.io; auto is the style that was sent, or flat.',
    }),
    color: param.color('', { about: 'Background of the message; overrides the colour that was sent.' }),
    labelColor: param.color('', { about: 'Background of the label; overrides the colour that was sent.' }),
    theme: param.theme('auto', { about: 'Theme of the social style; the others suit any page.' }),
  },
  load: ({ state }) => state.get<Badge>('badge'),
  data: ({ room, data }) => ({ ...data, room }),
  size: ({ label, style }, { data, key }) => layOut(label, style, data, key),
  draw(ctx, { params, data, key, scale }) {
    const { look, font, halves, height } = layOut(params.label, params.style, data, key)
    const calm = toText(data?.message) ? 'lightgrey' : UNSET
    const isError = data?.isError === true
    // Rule of shields.io for endpoint badges: an error cannot be recoloured, so that it stays visible.
    const wanted = isError ? undefined : params
    const colors = {
      label: toColor(wanted?.labelColor, data?.labelColor, 'grey'),
      message: toColor(wanted?.color, data?.color, isError ? 'red' : calm),
    }
    const gloss = ctx.createLinearGradient(0, 0, 0, height)
    look.gloss.forEach((color, index) => {
      gloss.addColorStop(index / (look.gloss.length - 1), color)
    })
    for (const half of halves) {
      const dark = params.theme === 'dark'
      const color = look.gap > 0 ? (dark ? '#21262d' : '#ffffff') : colors[half.name]
      ctx.fillStyle = color
      if (look.gap > 0) drawBubble(ctx, half.x, half.width, height, dark ? '#4b535d' : '#d0d7de')
      else {
        ctx.beginPath()
        ctx.roundRect(half.x, 0, half.width, height, half.corners)
        ctx.fill()
        ctx.fillStyle = gloss
        ctx.fill()
      }
      ctx.font = font
      ctx.letterSpacing = `${look.spacing}px`
      // The threshold of shields.io.
      const light = brightness(color) > 0.69
      // Capitals are 0.727 em high; whole device pixels keep them crisp.
      const baseline = Math.round(((height + look.em * 0.727) / 2) * scale) / scale
      const x = half.x + half.inset
      ctx.fillStyle = light ? '#ffffff80' : '#0000004d'
      ctx.fillText(half.words, x, baseline + 1)
      ctx.fillStyle = light ? '#24292f' : '#ffffff'
      ctx.fillText(half.words, x, baseline)
    }
  },
})

/** Lays out the label, if there is one, and the message. */
function layOut(label: string, style: string, badge: Badge | undefined, key: string) {
  const wanted = style === 'auto' ? badge?.style : style
  const look = LOOKS.find(({ name }) => name === wanted) ?? FLAT
  const font = `${look.weight} ${look.em}px Inter`
  const options = { letterSpacing: look.spacing }
  const texts = [
    { name: 'label' as const, text: dropMissingEmoji(label) || toText(badge ? badge.label : key) },
    { name: 'message' as const, text: toText(badge?.message) || 'not set' },
  ].filter(({ text }) => text !== '')
  let x = 0
  const halves = texts.map(({ name, text }, index) => {
    const words = cutText(
      look.name === 'for-the-badge' ? text.toUpperCase() : text,
      font,
      MAX_TEXT_WIDTH,
      options,
    )
    const wide = textWidth(words, font, options)
    const [left, right] = [index === 0 ? look.corner : 0, index === texts.length - 1 ? look.corner : 0]
    const width = Math.ceil(wide) + look.padding * 2
    const half = {
      name,
      words,
      x,
      width,
      inset: (width - wide + look.spacing) / 2,
      corners: [left, right, right, left],
    }
    x += width + look.gap
    return half
  })
  return { look, font, halves, width: x - look.gap, height: look.height }
}

function toText(value: unknown): string {
  return typeof value === 'string' || typeof value === 'number' ? dropMissingEmoji(String(value)) : ''
}

/** Returns the first valid colour. */
function toColor(...wanted: unknown[]): string {
  for (const value of wanted) {
    const color = typeof value === 'string' ? parseColor(value) : undefined
    if (color !== undefined) return color
  }
  return '#555'
}

function drawBubble(ctx: Context, x: number, width: number, height: number, edge: string) {
  ctx.strokeStyle = edge
  ctx.beginPath()
  ctx.roundRect(x + 0.5, 0.5, width - 1, height - 1, 4)
  ctx.fill()
  ctx.stroke()
  if (x === 0) return
  ctx.beginPath()
  ctx.moveTo(x + 1, height / 2 - 4)
  ctx.lineTo(x - 3.5, height / 2)
  ctx.lineTo(x + 1, height / 2 + 4)
  ctx.fill()
  ctx.stroke()
}
