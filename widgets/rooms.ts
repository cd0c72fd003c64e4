import {
  backgroundTone,
  type Context,
  cutText,
  defineWidget,
  drawBox,
  drawText,
  param,
  type RoomHistory,
} from 'imgcast'

const [GROUPED, COMPACT] = [new Intl.NumberFormat('en'), new Intl.NumberFormat('en', { notation: 'compact' })]
const COLORS = {
  light: { ink: '#1f2328', quiet: '#59636e', rule: '#1f232820', line: '#0969da' },
  dark: { ink: '#f0f6fc', quiet: '#a3acb6', rule: '#f0f6fc24', line: '#4493f8' },
  either: { ink: '#767b81', quiet: '#767b81', rule: '#8080804d', line: '#2f81f7' },
}
const COLUMNS = ['visitors', 'connections', 'peakToday', 'hits'] as const
const HEADS = { visitors: 'visitors', connections: 'connections', peakToday: 'peak today', hits: 'hits' }
// Anyone may request a picture: this bounds the reads per picture.
const MAX_ROOMS = 24

export default defineWidget({
  title: 'Rooms',
  about: 'A table of rooms: current visitors, peak of today, hits, and visitors over time.',
  gallery: { rank: 90 },
  size: { width: { min: 120, max: 1200, default: 680 }, height: { min: 20, max: 1200, default: 160 } },
  params: {
    show: param.text('online/main,sine/main,hits/main', {
      max: 1500,
      about: 'Rooms as widget/key, separated by commas; at most 24.',
    }),
    span: param.choice(['hour', 'day', 'week'], 'day', { about: 'Time span of the lines.' }),
    names: param.boolean(true, { about: 'Whether to show names and column headings.' }),
    counts: param.choice(['all', 'visitors'], 'all', { about: 'Which number columns to show.' }),
    cell: param.integer(84, { min: 30, max: 200, about: 'Width of a number column, in CSS pixels.' }),
    theme: param.theme('auto', { about: 'For light or dark pages; auto is readable on both.' }),
    color: param.color('', { about: 'Colour of the lines and of the current visitors.' }),
    background: param.color('', { about: 'Background colour, or transparent.' }),
  },
  // Changes in other rooms cause no redraw, so this picture polls.
  animate: { every: () => 2000 },
  load: ({ params: { show, span }, history }) => {
    const rooms = show.split(',').flatMap((room) => room.trim() || [])
    return Promise.all(rooms.slice(0, MAX_ROOMS).map((room) => history({ room, span })))
  },
  data: ({ data }) => data.map(({ from, to, step, steps, ...counts }) => counts),
  draw(ctx, { width, height, scale, params, data }) {
    const { names, counts, cell, background } = params
    const { ink, quiet, rule, line } = COLORS[backgroundTone(background, params.theme)]
    const color = params.color || line
    drawBox(ctx, [0, 0, width, height], { color: background || 'transparent' })
    const columns = COLUMNS.slice(0, counts === 'all' ? Math.max(1, Math.floor(width / cell)) : 1)
    const rows = names ? [undefined, ...data] : data
    const high = height / Math.max(1, rows.length)
    const em = Math.min(14, Math.max(9, high * 0.36))
    const left = names ? (width - columns.length * cell) / 2 : 0
    const right = left + columns.length * cell
    for (const [index, room] of rows.entries()) {
      const y = high * (index + 0.5)
      const text = { size: room ? em : em * 0.88, tabular: true, color: room ? ink : quiet }
      const name = cutText(room?.room ?? 'room', `500 ${text.size}px Inter`, left - 10)
      if (left > 30) drawText(ctx, name, 1, y, { ...text, align: 'left' })
      for (const [place, column] of columns.entries()) {
        const count = room?.[column] ?? 0
        const words = room ? (count < 1e6 ? GROUPED : COMPACT).format(count) : HEADS[column]
        const numbers = { ...text, width: cell - 16, align: 'right' } as const
        const tone = count === 0 ? quiet : place === 0 ? color : ink
        drawText(ctx, words, left + (place + 1) * cell - 8, y, { ...numbers, color: tone })
      }
      if (room && width - right > 60)
        drawLine(ctx, room, color, [right + 16, y - high * 0.3, width - right - 34, high * 0.6])
      ctx.fillStyle = rule
      if (index > 0) ctx.fillRect(0, Math.round(high * index * scale) / scale, width, 1)
    }
  },
})

/** Draws peak visitors over time: zero at the bottom of the box, the maximum at the top. */
function drawLine(ctx: Context, { steps }: RoomHistory, color: string, [x = 0, y = 0, wide = 0, high = 0]) {
  const max = Math.max(...steps.map(({ visitors }) => visitors.peak))
  ctx.beginPath()
  for (const [index, { visitors }] of steps.entries())
    ctx.lineTo(x + (wide * index) / (steps.length - 1), y + high * (1 - visitors.peak / (max || 1)))
  ctx.strokeStyle = ctx.fillStyle = color
  ctx.globalAlpha = max > 0 ? 1 : 0.4
  ctx.lineWidth = 1.5
  ctx.lineJoin = 'round'
  ctx.stroke()
  ctx.lineTo(x + wide, y + high)
  ctx.lineTo(x, y + high)
  ctx.globalAlpha = 0.16
  ctx.fill()
  ctx.globalAlpha = 1
}
