import { defineWidget } from 'imgcast/widget'

const CELLS = 12
const CELL = 20
const COLORS = ['#e5534b', '#e0823d', '#c69026', '#57ab5a', '#539bf5', '#b083f0']

export default defineWidget({
  title: 'Board',
  about: 'A board that everyone paints by clicking; a second click erases.',
  size: { width: CELLS * CELL, height: CELLS * CELL },

  load: async ({ state }) => (await state.get<Record<string, string>>('cells')) ?? {},
  example: Object.fromEntries(
    Array.from({ length: 40 }, (_, index) => [
      `${(index * 5) % CELLS},${(index * 7 + Math.floor(index / 12)) % CELLS}`,
      COLORS[index % COLORS.length] ?? '',
    ]),
  ),

  // Clicks of one room run one after another: none is lost.
  async onClick({ x = 0, y = 0, visitor, state }) {
    const [column, row] = [Math.floor(x / CELL), Math.floor(y / CELL)]
    if (column >= CELLS || row >= CELLS) return
    // Everyone has a colour of their own.
    const color = COLORS[[...visitor].reduce((sum, letter) => sum + letter.charCodeAt(0), 0) % COLORS.length]
    await state.update<Record<string, string | undefined>>('cells', (cells = {}) => {
      const { [`${column},${row}`]: taken, ...others } = cells
      return taken === undefined ? { ...others, [`${column},${row}`]: color } : others
    })
  },

  draw(ctx, { data, width, height }) {
    ctx.fillStyle = '#ffffff'
    ctx.fillRect(0, 0, width, height)
    for (const [cell, color] of Object.entries(data)) {
      const [column = 0, row = 0] = cell.split(',').map(Number)
      ctx.fillStyle = color
      ctx.fillRect(column * CELL, row * CELL, CELL, CELL)
    }
    ctx.strokeStyle = '#d0d7de'
    ctx.beginPath()
    for (let line = 0; line <= CELLS; line += 1) {
      const at = Math.min(line * CELL + 0.5, width - 0.5)
      ctx.moveTo(at, 0)
      ctx.lineTo(at, height)
      ctx.moveTo(0, at)
      ctx.lineTo(width, at)
    }
    ctx.stroke()
  },
  json: ({ data }) => ({ cells: data }),
})
