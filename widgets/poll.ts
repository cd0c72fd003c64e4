import {
  cutText,
  defineWidget,
  drawBox,
  drawText,
  failure,
  param,
  textWidth,
  toPalette,
} from 'imgcast/widget'

/** Votes by poll, and in it by option. A poll is its question and its options: other words are another poll. */
type Polls = Record<string, number[]>

/** The votes of one day (UTC), by reader and poll: the number of the option. */
interface Voters {
  day: number
  votes: Record<string, number>
}

interface Question {
  question: string
  options: string
}

const MIN_OPTIONS = 2
const MAX_OPTIONS = 8
const MAX_OPTION_LENGTH = 60
/** The polls that a room remembers; of more, that with the fewest votes is forgotten. */
const MAX_POLLS = 50
/** Today's votes in one of the 64 values that a room keeps its voters in: at most 58 kB of 64. */
const MAX_VOTERS = 2500
const DAY = 86_400_000
/** In CSS pixels: a row with space around it, the lowest row that can be read, and its text. */
const ROOMY = 23
const SMALLEST_ROW = 15
const SMALLEST_TEXT = 9.5
const SMALLEST_COLUMN = 64
/** Between two columns. */
const GAP = 12
const BLUE = '#0969da'
const NUMBER = new Intl.NumberFormat('en')

export default defineWidget({
  title: 'Poll',
  about:
    'A question with up to eight answers. Everyone can vote once a day by a click, and sees the bars move.',
  gallery: { rank: 94 },
  size: { width: { min: 160, max: 800, default: 360 }, height: { min: 60, max: 800, default: 196 } },
  params: {
    question: param.text('Tabs or spaces?', { max: 120, about: 'The question.' }),
    options: param.text('Tabs,Spaces,Both in one file', {
      ...{ max: 400, about: 'The answers, separated by commas: 2 to 8.' },
    }),
    theme: param.theme(),
    color: param.color('', { about: 'Colour of the bars.' }),
    background: param.color('', { about: 'Background colour, or transparent.' }),
  },
  load: async ({ state }) => (await state.get<Polls>('polls')) ?? {},
  json({ room, params, data }) {
    const { options, votes, total } = countVotes(params, data)
    return {
      ...{ room, question: params.question, total },
      options: options.map((option, index) => ({ option, votes: votes[index] })),
    }
  },
  alt({ params, data }) {
    const { options, votes, total } = countVotes(params, data)
    const shares = options.map((option, index) => `${option} ${toShare(votes[index], total)}`)
    return `${params.question} ${shares.join(', ')}; ${describeTotal(total)}`
  },
  async onClick({ x, y, action, visitor, state, time, params, width, height }) {
    const { options } = countVotes(params, {})
    const { rows } = layOut(params, width, height)
    const isPoint = x !== undefined && y !== undefined
    const option = isPoint
      ? rows.findIndex(({ from, to, top, tall }) => x >= from && x < to && y >= top && y < top + tall)
      : Number(action) - 1
    if (!(option in options)) return
    const poll = idOf(params)
    const voter = `${poll}${visitor.slice(0, 10)}`
    let earlier: number | undefined
    await state.update<Voters>(`voters.${visitor.slice(-1)}`, (kept) => {
      const day = Math.floor(time / DAY)
      const votes = kept?.day === day ? kept.votes : {}
      earlier = votes[voter]
      if (earlier === undefined && Object.keys(votes).length >= MAX_VOTERS)
        throw failure('Too many people have voted here today', { status: 503 })
      return { day, votes: { ...votes, [voter]: option } }
    })
    if (earlier !== option)
      await state.update<Polls>('polls', (polls) => vote(polls ?? {}, poll, option, earlier))
  },
  draw(ctx, { width, height, params, data }) {
    const palette = toPalette(params)
    const color = palette.accent(params.color, BLUE)
    const { options, votes, total } = countVotes(params, data)
    const { margin, lines, size, rows, hasHint } = layOut(params, width, height)
    const corner = Math.min(12, Math.min(width, height) / 16)
    drawBox(ctx, [0, 0, width, height], { color: palette.ground, corner })
    drawBox(ctx, [0, 0, width, height], { color: '#0000', corner, edge: palette.edge })
    for (const [index, words] of lines.entries()) {
      drawText(ctx, words, margin, margin + size * (0.5 + index * 1.3), {
        ...{ size, weight: 650, color: palette.ink, width: width - margin * 2, align: 'left' },
      })
    }

    const most = Math.max(...votes)
    const { wide = 0, tall = 0 } = rows[0] ?? {}
    const { em, strip, middle, below } = rowOf(tall)
    const shares = votes.map((count) => (total === 0 ? '' : toShare(count, total)))
    // Where there is space, answers keep their size while bars move.
    const widest = Math.max(
      ...(tall >= ROOMY ? ['100 %'] : shares).map((share) => textWidth(share, `650 ${em}px Inter`)),
    )
    const shareWidth = widest === 0 ? 0 : widest + em
    const room = wide - shareWidth
    // One size for all answers.
    const answer = Math.max(Math.min(em, SMALLEST_TEXT), em * fitOf(options, `650 ${em}px Inter`, room))
    for (const [index, { left, top }] of rows.entries()) {
      const [count = 0, words = ''] = [votes[index], options[index]]
      const isFirst = count > 0 && count === most
      const share = shares[index] ?? ''
      const text = { weight: isFirst ? 650 : 500, color: palette.ink }
      drawText(ctx, share, left + wide, top + middle, { ...text, size: em, align: 'right', tabular: true })
      drawText(ctx, words, left, top + middle, {
        ...{ ...text, size: answer, align: 'left', width: room, shrink: 1 },
      })
      const under = [left, top + below, wide, strip] as const
      drawBox(ctx, under, { color: palette.rule, corner: strip / 2 })
      if (count === 0) continue
      ctx.globalAlpha = isFirst ? 1 : 0.6
      const long = Math.max(strip, (wide * count) / total)
      drawBox(ctx, [left, under[1], long, strip], { color, corner: strip / 2 })
      ctx.globalAlpha = 1
    }
    if (!hasHint) return
    const foot = Math.max(SMALLEST_TEXT, size * 0.72)
    const hint = total === 0 ? 'No votes yet – click an answer' : `${describeTotal(total)} – click to vote`
    drawText(ctx, hint, margin, height - margin - foot * 0.2, {
      ...{ size: foot, color: palette.quiet, align: 'left', width: width - margin * 2 },
    })
  },
})

/** How much smaller texts must be to fit, down to six tenths; then they are cut. */
function fitOf(texts: readonly string[], font: string, width: number): number {
  const widest = Math.max(1, ...texts.map((each) => textWidth(each, font)))
  return Math.min(1, Math.max(0.6, width / widest))
}

function vote(polls: Polls, poll: string, option: number, earlier: number | undefined): Polls {
  const counts = Array.from({ length: MAX_OPTIONS }, (_, index) => polls[poll]?.[index] ?? 0)
  counts[option] = Number(counts[option]) + 1
  // The poll may have been forgotten since.
  if (earlier !== undefined) counts[earlier] = Math.max(0, Number(counts[earlier]) - 1)
  const others = Object.entries(polls)
    .filter(([id]) => id !== poll)
    .toSorted(([, one], [, other]) => sum(other) - sum(one))
  return Object.fromEntries([[poll, counts], ...others.slice(0, MAX_POLLS - 1)])
}

/**
 * The options of a poll and their votes.
 * @throws a failure if there are too few or too many: an answer that is left out would get no votes.
 */
function countVotes({ question, options: list }: Question, polls: Polls) {
  const words = list.split(',').map((each) => [...each.trim()].slice(0, MAX_OPTION_LENGTH).join(''))
  const options = [...new Set(words)].filter((each) => each !== '')
  if (options.length < MIN_OPTIONS || options.length > MAX_OPTIONS) {
    const expected = `expected ${MIN_OPTIONS} to ${MAX_OPTIONS} answers, separated by commas`
    throw failure(`options: ${expected}, got ${options.length}`, { status: 400 })
  }
  const kept = polls[idOf({ question, options: list })]
  const votes = options.map((_, index) => kept?.[index] ?? 0)
  return { options, votes, total: sum(votes) }
}

function toShare(votes: number | undefined, total: number): string {
  return `${Math.round(((votes ?? 0) / Math.max(1, total)) * 100)} %`
}

function describeTotal(total: number): string {
  return total === 1 ? '1 vote' : `${NUMBER.format(total)} votes`
}

/** Names a poll within its room. */
export function idOf({ question, options }: Question): string {
  // FNV-1a, twice: 64 bits, so that no two polls of a room meet.
  const letters = [...`${question}\n${options}`].map((letter) => Number(letter.codePointAt(0)))
  const hash = (seed: number) =>
    letters.reduce((sum, letter) => Math.imul(sum ^ letter, 16_777_619), seed) >>> 0
  return `${hash(2_166_136_261).toString(36)}${hash(40_389).toString(36)}`
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((all, each) => all + each, 0)
}

/** Breaks a text into at most two lines. */
function toLines(text: string, font: string, width: number): string[] {
  const words = text.split(' ')
  const fits = (count: number) => textWidth(words.slice(0, count).join(' '), font) <= width
  const count = words.findLastIndex((_, index) => fits(index + 1)) + 1
  if (count === 0 || count === words.length) return text === '' ? [] : [cutText(text, font, width)]
  const [first, rest] = [words.slice(0, count), words.slice(count)].map((each) => each.join(' '))
  return [String(first), cutText(String(rest), font, width)]
}

/** An answer's place: its bar, and what a click on it hits. */
interface Row {
  left: number
  wide: number
  top: number
  tall: number
  from: number
  to: number
}

interface Layout {
  margin: number
  /** The question. */
  lines: readonly string[]
  size: number
  rows: readonly Row[]
  hasHint: boolean
}

/**
 * Lays a poll out so that all answers can be read and clicked. A small picture gives up, in this order: the space around the
 * answers, one column, the hint, the second line of the question, the question.
 */
function layOut({ question, options: list }: Question, width: number, height: number): Layout {
  const { options } = countVotes({ question, options: list }, {})
  const margin = Math.min(18, Math.min(width, height) * 0.08)
  const size = Math.min(18, Math.max(11, Math.min(width / 20, height / 9)))
  const question2 = toLines(question, `650 ${size}px Inter`, width - margin * 2)
  const question1 = question === '' ? [] : [cutText(question, `650 ${size}px Inter`, width - margin * 2)]
  const lay = (lines: readonly string[], hasHint: boolean, columns: number): Layout => {
    const from = lines.length === 0 ? margin : margin + lines.length * size * 1.3 + size * 0.25
    const count = Math.ceil(options.length / columns)
    const foot = hasHint ? size * 1.1 : -margin * 0.3
    const tall = Math.min(44, (height - margin - foot - from) / count)
    const wide = (width - margin * 2 - GAP * (columns - 1)) / columns
    const rows = options.map((_, index): Row => {
      const column = Math.floor(index / count)
      const [start, end] = [column, column + 1].map((edge) => (edge * width) / columns) as [number, number]
      const left = margin + column * (wide + GAP)
      return { left, wide, top: from + (index % count) * tall, tall, from: start, to: end }
    })
    return { margin, lines, size, rows, hasHint }
  }
  const tallOf = ({ rows }: Layout) => rows[0]?.tall ?? 0
  const whole = lay(question2, true, 1)
  if (tallOf(whole) >= ROOMY) return whole
  const most = Math.max(1, Math.floor((width - margin * 2 + GAP) / (SMALLEST_COLUMN + GAP)))
  const columns = [1, 2, 3, 4].filter((count) => count <= most)
  const tries = [
    ...columns.map((count) => lay(question2, true, count)),
    ...columns.map((count) => lay(question2, false, count)),
    ...columns.map((count) => lay(question1, false, count)),
    ...columns.map((count) => lay([], false, count)),
  ]
  const fits = tries.find((each) => tallOf(each) >= SMALLEST_ROW)
  return fits ?? tries.reduce((best, each) => (tallOf(each) > tallOf(best) ? each : best))
}

/** The parts of a row: text and the middle of it, the bar and its upper edge. */
function rowOf(tall: number) {
  if (tall >= ROOMY)
    return {
      em: Math.min(15, tall * 0.44),
      strip: Math.min(9, tall * 0.22),
      middle: tall * 0.36,
      below: tall * 0.68,
    }
  const strip = Math.max(2, tall * 0.13)
  const below = tall - strip - 0.5
  return { em: Math.max(SMALLEST_TEXT, tall * 0.6), strip, middle: below / 2, below }
}
