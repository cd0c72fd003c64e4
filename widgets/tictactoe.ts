import { type Context, defineWidget, drawBox, drawText, failure, param, toPalette } from 'imgcast/widget'

type Mark = 'X' | 'O'

/** A game, as its room remembers it. */
interface Game {
  /** The nine squares, row by row: `X`, `O`, or a space. */
  squares: string
  /** The readers who play. */
  seats: Partial<Record<Mark, string>>
  /** The time of the last move, in milliseconds since the epoch. */
  moved: number
  /** The square of the last move. */
  last?: number | undefined
}

const EMPTY = '         '
const LINES = [
  ...[0, 3, 6].map((from) => [from, from + 1, from + 2]),
  ...[0, 1, 2].map((from) => [from, from + 3, from + 6]),
  ...[
    [0, 4, 8],
    [2, 4, 6],
  ],
]
const COLORS = { X: '#0969da', O: '#d1480f' }
/** After a minute without a move, the next player is gone. */
const PATIENCE = 60_000
/** The second half of a double click on the winning square must not clear the board. */
const DOUBLE_CLICK = 500
const DAY = 86_400_000
/** By this server's own clock. Readers have other names after a restart, so that earlier seats belong to no one. */
const STARTED = Date.now()

export default defineWidget({
  title: 'Tic-tac-toe',
  about:
    'Two readers play, and everyone watches. The first two who click a square have the seats; after the game, a click starts the next one.',
  gallery: { rank: 25 },
  size: { width: { min: 120, max: 600, default: 240 }, height: { min: 140, max: 700, default: 284 } },
  params: {
    theme: param.theme(),
    background: param.color('', { about: 'Background colour, or transparent.' }),
  },
  load: async ({ state, time }) => {
    const game = (await state.get<Game>('game')) ?? newGame(0)
    return { ...game, seats: seatsAt(game, time) }
  },
  json: ({ room, data }) => {
    const { squares, seats } = data
    const line = winningLine(squares)
    return {
      room,
      board: [...squares].map((mark) => (mark === ' ' ? null : mark)),
      turn: isOver(squares) ? null : turnOf(squares),
      winner: line ? squares[line[0] as number] : isOver(squares) ? 'draw' : null,
      line: line ?? null,
      seats: { X: seats.X !== undefined, O: seats.O !== undefined },
    }
  },
  alt({ data: { squares, seats } }) {
    const rows = [0, 3, 6].map((from) =>
      [...squares.slice(from, from + 3)].map((mark) => (mark === ' ' ? '-' : mark)).join(' '),
    )
    return `Tic-tac-toe: ${rows.join(', ')}. ${describe(squares, seats)}`
  },
  async onClick({ x, y, action, visitor, state, time, width, height }) {
    const square = x === undefined || y === undefined ? squareOf(action) : squareAt([x, y], width, height)
    await state.update<Game>('game', (game) =>
      play(game ?? newGame(0), { square, visitor, isNew: action === 'new', now: time }),
    )
  },
  draw(ctx, { width, height, params, data }) {
    const { squares, seats } = data
    const palette = toPalette(params)
    const { left, top, side, caption } = boardIn(width, height)
    drawBox(ctx, [0, 0, width, height], { color: palette.ground, corner: Math.min(width, height) / 20 })
    drawBox(ctx, [0, 0, width, height], {
      ...{ color: '#0000', corner: Math.min(width, height) / 20, edge: palette.edge },
    })

    const cell = side / 3
    ctx.strokeStyle = palette.quiet
    ctx.lineWidth = Math.max(1.5, side / 110)
    ctx.lineCap = 'round'
    ctx.beginPath()
    for (const at of [cell, cell * 2]) {
      ctx.moveTo(left + at, top)
      ctx.lineTo(left + at, top + side)
      ctx.moveTo(left, top + at)
      ctx.lineTo(left + side, top + at)
    }
    ctx.stroke()

    const line = winningLine(squares)
    const center = (square: number) => [
      left + ((square % 3) + 0.5) * cell,
      top + (Math.floor(square / 3) + 0.5) * cell,
    ]
    for (const [square, mark] of [...squares].entries()) {
      if (mark === ' ') continue
      const [x = 0, y = 0] = center(square)
      ctx.globalAlpha = isOver(squares) && !line?.includes(square) ? 0.35 : 1
      ctx.strokeStyle = palette.on(COLORS[mark as Mark])
      drawMark(ctx, mark as Mark, [x, y], cell)
    }
    ctx.globalAlpha = 1
    if (line) {
      const [[x1 = 0, y1 = 0], [x2 = 0, y2 = 0]] = [center(line[0] as number), center(line[2] as number)]
      const [dx, dy] = [(x2 - x1) * 0.18, (y2 - y1) * 0.18]
      ctx.strokeStyle = palette.ink
      ctx.lineWidth = Math.max(3, side / 40)
      ctx.beginPath()
      ctx.moveTo(x1 - dx, y1 - dy)
      ctx.lineTo(x2 + dx, y2 + dy)
      ctx.stroke()
    }

    const size = Math.min(16, Math.max(10, caption * 0.46))
    drawText(ctx, describe(squares, seats), width / 2, height - caption / 2, {
      ...{ size, weight: 600, color: palette.ink, width: width - size },
    })
  },
})

function newGame(moved: number): Game {
  return { squares: EMPTY, seats: {}, moved }
}

/** The square board and the height of the caption below it. */
function boardIn(width: number, height: number) {
  const caption = Math.min(48, Math.max(20, height * 0.15))
  const margin = Math.min(width, height) * 0.07
  const side = Math.max(30, Math.min(width - margin * 2, height - caption - margin))
  return { left: (width - side) / 2, top: (height - caption - side + margin * 0.4) / 2, side, caption }
}

function squareAt([x, y]: readonly [number, number], width: number, height: number): number | undefined {
  const { left, top, side } = boardIn(width, height)
  const [column, row] = [x - left, y - top].map((length) => Math.floor((length / side) * 3))
  const isOn = [column, row].every((at) => at !== undefined && at >= 0 && at <= 2)
  return isOn ? Number(row) * 3 + Number(column) : undefined
}

/** The square of a link: 1 to 9, row by row. */
function squareOf(action: string): number | undefined {
  return /^[1-9]$/.test(action) ? Number(action) - 1 : undefined
}

interface Move {
  /** Undefined if the click is on none. */
  square: number | undefined
  visitor: string
  /** The link that starts a new game. */
  isNew: boolean
  now: number
}

/**
 * Returns the game after a click. A click beside the squares changes nothing.
 * @throws a failure for a move that the rules do not allow.
 */
function play(game: Game, { square, visitor, isNew, now }: Move): Game {
  const { squares, moved, last } = game
  if (isOver(squares)) return square === last && now - moved < DOUBLE_CLICK ? game : newGame(now)
  const seats = seatsAt(game, now)
  const mark = turnOf(squares)
  const isWaiting = seats[mark === 'X' ? 'O' : 'X'] === visitor
  // A new game for a player whose opponent has left.
  if (now - moved >= PATIENCE && squares !== EMPTY && (isNew || isWaiting)) return newGame(now)
  // The other half of a double click is no move.
  if (square === undefined || (square === last && isWaiting && now - moved < DOUBLE_CLICK)) return game
  if (isWaiting) throw refusal(`It is the turn of ${mark}: wait for the other player`)
  if (seats[mark] !== undefined && seats[mark] !== visitor)
    throw refusal('Two others play this game: the next one starts when it is over')
  if (squares[square] !== ' ') throw refusal('That square is taken: choose an empty one')
  return {
    squares: squares.slice(0, square) + mark + squares.slice(square + 1),
    seats: { ...seats, [mark]: visitor },
    moved: now,
    last: square,
  }
}

function refusal(words: string) {
  return failure(words, { status: 409 })
}

/** The seats that are taken at a time. */
function seatsAt({ squares, seats, moved }: Game, now: number): Game['seats'] {
  if (isOver(squares)) return seats
  // Of the clock that all servers share and the own one, only differences can be compared.
  const started = now - (Date.now() - STARTED)
  const areKnown = moved >= started && Math.floor(moved / DAY) === Math.floor(now / DAY)
  if (!areKnown) return {}
  return now - moved >= PATIENCE ? { ...seats, [turnOf(squares)]: undefined } : seats
}

function turnOf(squares: string): Mark {
  return [...squares].filter((mark) => mark !== ' ').length % 2 === 0 ? 'X' : 'O'
}

function winningLine(squares: string): readonly number[] | undefined {
  return LINES.find(([one = 0, two = 0, three = 0]) => {
    return squares[one] !== ' ' && squares[one] === squares[two] && squares[one] === squares[three]
  })
}

function isOver(squares: string): boolean {
  return winningLine(squares) !== undefined || !squares.includes(' ')
}

function describe(squares: string, seats: Game['seats']): string {
  const line = winningLine(squares)
  if (line) return `${squares[line[0] as number]} wins – click to play again`
  if (isOver(squares)) return 'A draw – click to play again'
  const mark = turnOf(squares)
  if (squares === EMPTY) return 'Click a square to play X'
  return seats[mark] === undefined ? `Click a square to play ${mark}` : `${mark} to move – others watch`
}

function drawMark(ctx: Context, mark: Mark, [x, y]: readonly [number, number], cell: number): void {
  const reach = cell * 0.26
  ctx.lineWidth = cell * 0.12
  ctx.beginPath()
  if (mark === 'O') ctx.arc(x, y, reach, 0, Math.PI * 2)
  else {
    ctx.moveTo(x - reach, y - reach)
    ctx.lineTo(x + reach, y + reach)
    ctx.moveTo(x + reach, y - reach)
    ctx.lineTo(x - reach, y + reach)
  }
  ctx.stroke()
}
