import { type Context, defineWidget, drawBox, drawText, param, toPalette } from 'imgcast'

// Width of a cell and of the frame, in digit heights; then the colours of frame, cell and digit.
const STYLES = {
  odometer: { lengths: [0.66, 0.1], dark: '#59626c #16181b #f6f3e8', light: '#aeb6bf #fdfbf3 #1f2328' },
  led: { lengths: [0.66, 0.2], dark: '#1c0b0c #0000 #ff4638', light: '#c3ceb5 #0000 #1c2418' },
  flip: { lengths: [0.72, 0], dark: '#0000 #2a3038 #f0f6fc', light: '#0000 #e9edf1 #1f2328' },
  plain: { lengths: [0.56, 0], dark: '#0000 #0000 #f0f6fc', light: '#0000 #0000 #1f2328' },
}
/** Below this size the neighbours on a drum would be dashes. */
const SMALLEST_DRUM = 24
// Start and end of each of the seven segments, in half digits, and the digits that light it.
const SEGMENTS = '0010:02356789 1011:01234789 1112:013456789 0212:0235689 0102:0268 0001:045689 0111:2345689'

export default defineWidget({
  title: 'Hit counter',
  about: 'A hit counter: the number of requests for this picture.',
  gallery: { rank: 50 },
  params: {
    span: param.choice(['total', 'today'], 'total', { about: 'All requests, or those of today (UTC).' }),
    style: param.choice(['odometer', 'led', 'flip', 'plain'], 'odometer', { about: 'Style of the counter.' }),
    digits: param.integer(6, { min: 1, max: 12, about: 'Minimum number of digits, padded with zeros.' }),
    size: param.integer(36, { min: 12, max: 160, about: 'Height of a digit, in CSS pixels.' }),
    label: param.text('', { max: 60, about: 'Text below the digits.' }),
    theme: param.theme(),
    color: param.color('', { about: 'The digits.' }),
  },
  async load({ state }) {
    const today = `$hits:${new Date().toISOString().slice(0, 10)}`
    return { hits: (await state.get<number>('$hits')) ?? 0, today: (await state.get<number>(today)) ?? 0 }
  },
  data: ({ room, data }) => ({ room, ...data }),
  size: ({ span, style, digits, size, label }, { data }) => {
    const count = Math.max(digits, String((span === 'total' ? data?.hits : data?.today) ?? 0).length)
    const [wide = 0, frame = 0] = STYLES[style].lengths.map((length) => Math.round(length * size))
    const height = size + frame * 2 + (label.trim() ? size * 0.3 + 12 : 0)
    return { width: count * wide + frame * 2, height }
  },
  draw(ctx, { params: { span, style, digits, size, label, theme, color }, data, width, height }) {
    // Label and plain digits have no panel behind them.
    const page = toPalette({ theme, background: 'transparent' })
    const [panel = '', cell = '', ink = ''] = STYLES[style][theme === 'light' ? 'light' : 'dark'].split(' ')
    const [wide = 0, frame = 0] = STYLES[style].lengths.map((length) => Math.round(length * size))
    drawText(ctx, label, width / 2, height - size / 8 - 4, { size: size / 5 + 6, width, color: page.ink })
    const edge = frame > 0 ? '#80868c55' : ''
    drawBox(ctx, [0, 0, width, size + frame * 2], { color: panel, edge, corner: size * 0.14 })
    const shade = ctx.createLinearGradient(0, 0, 0, size)
    for (const stop of [0, 0.3, 0.7, 1]) shade.addColorStop(stop, stop % 1 ? '#0000' : '#000b')
    ctx.translate(frame, frame)
    for (const digit of String(span === 'total' ? data.hits : data.today).padStart(digits, '0')) {
      ctx.save()
      ctx.beginPath()
      ctx.roundRect(size / 50, 0, wide - size / 25, size, size * 0.08)
      ctx.clip()
      drawBox(ctx, [0, 0, wide, size], { color: cell })
      ctx.fillStyle = ctx.strokeStyle = color || (style === 'plain' ? page.ink : ink)
      for (const step of { odometer: [9, 11, 10], led: [], flip: [10], plain: [10] }[style]) {
        const y = size * (0.5 + (step - 10) * 0.74)
        if (step !== 10 && size < SMALLEST_DRUM) continue
        drawText(ctx, `${(Number(digit) + step) % 10}`, wide / 2, y, { size: size * 0.84, weight: 600 })
      }
      if (style === 'odometer') drawBox(ctx, [0, 0, wide, size], { color: shade })
      for (const high of style === 'flip' ? [size / 2, size / 36] : [])
        drawBox(ctx, [0, size / 2, wide, high], { color: '#0002' })
      if (style === 'led') drawSegments(ctx, digit, size)
      ctx.restore()
      ctx.translate(wide, 0)
    }
  },
})

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
