import { defineWidget } from 'imgcast/widget'

const [COLUMNS, ROWS, CELL, TOP] = [7, 6, 40, 36]
const COLORS = ['#e5534b', '#f2c744']
const NAMES = ['Red', 'Yellow']

/** A game: the moves as columns, the readers who play, and who won. */
interface Game {
  moves: number[]
  players: string[]
  winner?: number
}

const NEW: Game = { moves: [], players: [] }

/** The disc of each cell after the moves, by `column,row` from below. */
function toDiscs(moves: readonly number[]): Map<string, number> {
  const discs = new Map<string, number>()
  const heights = new Array<number>(COLUMNS).fill(0)
  for (const [turn, column] of moves.entries()) {
    const row = heights[column] ?? 0
    discs.set(`${column},${row}`, turn % 2)
    heights[column] = row + 1
  }
  return discs
}

function isWon(discs: ReadonlyMap<string, number>, player: number): boolean {
  const directions = [
    [1, 0],
    [0, 1],
    [1, 1],
    [1, -1],
  ] as const
  return [...discs.keys()].some((cell) => {
    const [column = 0, row = 0] = cell.split(',').map(Number)
    return directions.some(([right, up]) =>
      [0, 1, 2, 3].every((step) => discs.get(`${column + right * step},${row + up * step}`) === player),
    )
  })
}

/** The game after a click of a reader: the first two readers who click play, in turns. */
function play(game: Game, visitor: string, column: number): Game {
  const { moves, players, winner } = game
  if (winner !== undefined || moves.length === COLUMNS * ROWS) return NEW
  const turn = moves.length % 2
  const seats = players.length < 2 && !players.includes(visitor) ? [...players, visitor] : players
  const isFull = moves.filter((each) => each === column).length === ROWS
  if (seats.indexOf(visitor) !== turn || isFull || column < 0 || column >= COLUMNS) return game
  const next = [...moves, column]
  return { moves: next, players: seats, ...(isWon(toDiscs(next), turn) && { winner: turn }) }
}

export default defineWidget({
  title: 'Four in a row',
  about: 'A game for two readers: click a column. After its end, a click begins the next game.',
  size: { width: COLUMNS * CELL, height: TOP + ROWS * CELL },

  load: async ({ state }) => (await state.get<Game>('game')) ?? NEW,
  example: { moves: [3, 3, 2, 4, 4, 2, 1, 3, 5, 0], players: ['a', 'b'] } as Game,

  async onClick({ x = 0, visitor, action, state }) {
    await state.update<Game>('game', (game = NEW) =>
      action === 'reset' ? NEW : play(game, visitor, Math.floor(x / CELL)),
    )
  },

  draw(ctx, { data, width, height }) {
    ctx.fillStyle = '#1f6feb'
    ctx.beginPath()
    ctx.roundRect(0, TOP, width, height - TOP, 10)
    ctx.fill()
    const discs = toDiscs(data.moves)
    for (let column = 0; column < COLUMNS; column += 1) {
      for (let row = 0; row < ROWS; row += 1) {
        ctx.fillStyle = COLORS[discs.get(`${column},${row}`) ?? -1] ?? '#0d419d'
        ctx.beginPath()
        ctx.arc((column + 0.5) * CELL, height - (row + 0.5) * CELL, CELL * 0.4, 0, Math.PI * 2)
        ctx.fill()
      }
    }
    const turn = data.winner ?? data.moves.length % 2
    ctx.fillStyle = '#1f2328'
    ctx.font = '600 15px Inter'
    ctx.fillText(`${NAMES[turn]} ${data.winner === undefined ? 'to play' : 'has won'}`, 26, 24)
    ctx.fillStyle = COLORS[turn] ?? ''
    ctx.beginPath()
    ctx.arc(12, 19, 8, 0, Math.PI * 2)
    ctx.fill()
  },
  json: ({ data: { moves, winner } }) => ({ moves, winner: winner ?? null }),
})
