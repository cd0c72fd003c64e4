import {
  type Context,
  cutText,
  defineWidget,
  drawBox,
  drawText,
  param,
  type RoomHistory,
  textWidth,
  toPalette,
} from 'imgcast/widget'

const [GROUPED, COMPACT] = [new Intl.NumberFormat('en'), new Intl.NumberFormat('en', { notation: 'compact' })]
const BLUES = { light: '#0969da', dark: '#4493f8', either: '#2f81f7' }
const COLUMNS = ['visitors', 'connections', 'peakToday', 'hits'] as const
// Each with a shorter one for narrow columns.
const HEADS = {
  visitors: ['visitors', 'now'],
  connections: ['connections', 'open'],
  peakToday: ['peak today', 'peak'],
  hits: ['hits'],
}
/** The least width of a number column, of a name and of a line, in em. */
const [NUMBER, NAME, LINE] = [4, 6, 4]
// Anyone may request a picture: this bounds the reads per picture.
const MAX_ROOMS = 24

export default defineWidget({
  title: 'Rooms',
  about: 'A table of rooms: current visitors, peak of today, hits, and visitors over time.',
  gallery: { rank: 90 },
  role: 'room-table',
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
    theme: param.theme(),
    color: param.color('', { about: 'Colour of the lines and of the current visitors.' }),
    background: param.color('', { about: 'Background colour, or transparent.' }),
  },
  // Changes in other rooms cause no redraw, so this picture polls.
  animate: { every: () => 2000 },
  load: ({ params: { show, span }, history }) => {
    const rooms = show.split(',').flatMap((room) => room.trim() || [])
    return Promise.all(rooms.slice(0, MAX_ROOMS).map((room) => history({ room, span })))
  },
  alt: ({ data }) =>
    data
      .map(({ room, visitors }) => `${room}: ${visitors} ${visitors === 1 ? 'visitor' : 'visitors'}`)
      .join(', ') || 'No rooms',
  json: ({ data }) => data.map(({ from, to, step, steps, since, ...counts }) => counts),
  draw(ctx, { width, height, scale, params, data }) {
    const { names, counts } = params
    const palette = toPalette(params)
    const { ground, edge, ink, quiet, rule, tone } = palette
    const color = palette.accent(params.color, BLUES[tone])
    // Without a card the text begins where that of the page does.
    const isCard = edge !== ''
    drawBox(ctx, [0, 0, width, height], isCard ? { color: ground, edge, corner: 8 } : { color: ground })
    if (data.length === 0) {
      const size = Math.min(14, height * 0.4)
      drawText(ctx, 'show= names no rooms', width / 2, height / 2, { size, width: width - 16, color: quiet })
      return
    }
    const rows = names ? [undefined, ...data] : data
    const high = height / Math.max(1, rows.length)
    const em = Math.min(14, Math.max(9, high * 0.36))
    const inset = isCard ? em * 0.8 : 1
    const asked = COLUMNS.slice(0, counts === 'all' ? COLUMNS.length : 1)
    const texts = names ? ['room', ...data.map(({ room }) => room)] : []
    const layout = { names: texts, width, inset: isCard ? inset : 0, em, cell: params.cell }
    const { cell, left, columns } = layOut(layout, asked)
    const right = left + columns.length * cell
    for (const [index, room] of rows.entries()) {
      const y = high * (index + 0.5)
      const text = { size: room ? em : em * 0.88, tabular: true, color: room ? ink : quiet }
      const name = cutText(room?.room ?? 'room', `500 ${text.size}px Inter`, left - inset - 6)
      if (names) drawText(ctx, name, inset, y, { ...text, align: 'left' })
      for (const [place, column] of columns.entries()) {
        const count = room?.[column] ?? 0
        const words = room ? [GROUPED.format(count), COMPACT.format(count)] : HEADS[column]
        const wide = cell - Math.min(16, cell * 0.2)
        const shown =
          words.find((each) => textWidth(each, `500 ${text.size}px Inter`) <= wide) ?? words.at(-1)
        const tone = count === 0 ? quiet : place === 0 ? color : ink
        // Smaller rather than cut: half of a number is another number.
        const numbers = { ...text, width: wide, shrink: 0.3, align: 'right', color: tone } as const
        drawText(ctx, shown ?? '', left + (place + 1) * cell - (cell - wide) / 2, y, numbers)
      }
      if (room && width - right > em * LINE)
        drawLine(ctx, room, color, [
          right + em,
          y - high * 0.3,
          width - right - em - Math.max(inset, em),
          high * 0.6,
        ])
      ctx.fillStyle = rule
      const indent = isCard ? 1 : 0
      if (index > 0) ctx.fillRect(indent, Math.round(high * index * scale) / scale, width - indent * 2, 1)
    }
  },
})

interface Layout {
  names: readonly string[]
  width: number
  inset: number
  em: number
  cell: number
}

/** Names come first, then as many number columns as there is space for, then the lines over time. */
function layOut<Column>({ names, width, inset, em, cell }: Layout, asked: readonly Column[]) {
  const widest = Math.max(...names.map((name) => textWidth(name, `500 ${em}px Inter`) + 16), em * NAME)
  const name = names.length > 0 ? Math.min(widest, Math.max(width * 0.3, em * 10), width * 0.55) : 0
  const room = width - name - inset * 2
  const count = Math.max(1, Math.min(asked.length, Math.floor(room / Math.min(cell, em * NUMBER))))
  const wide = Math.min(cell, room / count)
  const spare = room - wide * count
  // The names and the lines share the remaining width; if it is too little for a line, the names get it.
  const more = names.length === 0 ? 0 : spare > em * LINE * 2 ? Math.min(widest - name, spare / 2) : spare
  return { cell: wide, left: inset + name + Math.max(0, more), columns: asked.slice(0, count) }
}

/** Draws peak visitors over time, from when the room was first watched: zero at the bottom of the box, the maximum at the top. */
function drawLine(
  ctx: Context,
  { steps, since, from, step }: RoomHistory,
  color: string,
  [x = 0, y = 0, wide = 0, high = 0]: number[],
) {
  const max = Math.max(...steps.map(({ visitors }) => visitors.peak))
  ctx.beginPath()
  const known = steps.findIndex(({ time }) => time + step > (since ?? from))
  const first = known < 0 ? 0 : known
  const at = (index: number) => x + (wide * index) / steps.length
  for (const [index, { visitors }] of steps.entries()) {
    if (index < first) continue
    const level = y + high * (1 - visitors.peak / (max || 1))
    ctx.lineTo(at(index), level)
    ctx.lineTo(at(index + 1), level)
  }
  ctx.strokeStyle = ctx.fillStyle = color
  ctx.globalAlpha = max > 0 ? 1 : 0.4
  ctx.lineWidth = 1.5
  ctx.lineJoin = 'round'
  ctx.stroke()
  ctx.lineTo(x + wide, y + high)
  ctx.lineTo(at(first), y + high)
  ctx.globalAlpha = 0.16
  ctx.fill()
  ctx.globalAlpha = 1
}
