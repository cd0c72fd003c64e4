// A badge as the first version drew it: text on a canvas, in a channel of its own for every text.
const FONT = '500 11px Inter'

export default {
  title: 'Canvas badge',
  params: { label: { spec: { kind: 'text', default: '', max: 60 } } },
  load: ({ state }) => state.get('badge'),
  size: ({ params: { label } }) => ({ width: Math.ceil(label.length * 6.5) + 80, height: 20 }),
  draw(ctx, { params, width, height, scale }) {
    const gloss = ctx.createLinearGradient(0, 0, 0, height)
    gloss.addColorStop(0, '#ffffff26')
    gloss.addColorStop(1, '#0000001a')
    const half = width - 60
    const halves = [
      ['#555', params.label, 0, half, [3, 0, 0, 3]],
      ['#44bb00', 'passing', half, 60, [0, 3, 3, 0]],
    ]
    for (const [color, text, x, wide, corners] of halves) {
      for (const fill of [color, gloss]) {
        ctx.fillStyle = fill
        ctx.beginPath()
        ctx.roundRect(x, 0, wide, height, corners)
        ctx.fill()
      }
      ctx.font = FONT
      const baseline = Math.round(((height + 8) / 2) * scale) / scale
      for (const [fill, y] of [
        ['#0000004d', baseline + 1],
        ['#ffffff', baseline],
      ]) {
        ctx.fillStyle = fill
        ctx.fillText(text, x + 6, y)
      }
    }
  },
}
