import {
  type Context,
  cutText,
  defineWidget,
  drawBox,
  drawText,
  failure,
  param,
  readableColor,
  textWidth,
  toDrawable,
  toPalette,
} from 'imgcast/widget'

/** An entry, as its room remembers it. */
interface Entry {
  name: string
  text: string
  /** Milliseconds since the epoch. */
  time: number
  /** Short names of the readers who like it. */
  hearts: string[]
  /** The short name of its author. */
  by: string
}

/** An entry's place in the picture, and its lines. */
interface Block {
  entry: Entry
  top: number
  tall: number
  lines: readonly string[]
}

// All together below the 64 kB that a value may have: an entry takes at most 1.3 kB.
const MAX_ENTRIES = 40
const MAX_HEARTS = 50
const MAX_TEXT = 140
const MAX_NAME = 24
/** A reader signs at most once a minute, and a room gets at most six entries a minute. */
const PAUSE = 60_000
const MAX_PER_PAUSE = 6
/** Control characters, and those that turn or hide text; joiners stay, because emoji need them. */
const UNPRINTABLE = /(?![\u200c\u200d])[\p{Cc}\p{Cf}\p{Co}\p{Cs}\p{Cn}\p{Zl}\p{Zp}]/gu
/** More than two marks on one letter reach into other lines. */
const PILED_MARKS = /(\p{M}{2})\p{M}+/gu
const FACES = ['#0969da', '#1a7f37', '#8250df', '#bf3989', '#b35900', '#cf222e', '#1b7c83']
const RED = '#cf222e'
const NUMBER = new Intl.NumberFormat('en')
const DATE = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short', timeZone: 'UTC' })

export default defineWidget({
  title: 'Guestbook',
  about: 'Readers leave a line with a form, without a script. A click on an entry gives it a heart.',
  gallery: { rank: 96 },
  size: { width: { min: 180, max: 800, default: 400 }, height: { min: 100, max: 1200, default: 300 } },
  params: {
    label: param.text('Guestbook', { max: 60, about: 'The heading.' }),
    theme: param.theme(),
    color: param.color('', { about: 'Colour of the hearts.' }),
    background: param.color('', { about: 'Background colour, or transparent.' }),
  },
  fields: {
    name: param.text('', { max: MAX_NAME, about: 'Your name' }),
    text: param.text('', { max: MAX_TEXT, about: 'A line for the guestbook' }),
  },
  load: async ({ state }) => ({
    entries: (await state.get<Entry[]>('entries')) ?? [],
    signed: (await state.get<number>('signed')) ?? 0,
  }),
  json: ({ room, data }) => ({
    ...{ room, signed: data.signed },
    entries: data.entries.map(({ name, text, time, hearts }) => ({
      ...{ name, text, time: new Date(time).toISOString(), hearts: hearts.length },
    })),
  }),
  alt({ params, data: { entries, signed } }) {
    const [newest] = entries
    if (!newest) return `${params.label}: no entries yet`
    return `${params.label}: ${describeCount(signed)}, the newest by ${newest.name || 'Somebody'}: ${newest.text}`
  },
  async onClick({ x, y, visitor, fields, state, time, width, height }) {
    const by = visitor.slice(0, 8)
    const text = toPlain(fields.text)
    if (text !== '') {
      const entry = { name: toPlain(fields.name), text, by, time, hearts: [] }
      let isNew = false
      await state.update<Entry[]>('entries', (entries = []) => {
        const signed = sign(entries, entry)
        isNew = signed !== entries
        return signed
      })
      if (isNew) await state.add('signed', 1)
    } else if (x === undefined || y === undefined) {
      throw failure('Write a line first', { status: 400 })
    } else {
      await state.update<Entry[]>('entries', (entries = []) => {
        const isHit = ({ top, tall }: Block) => y >= top && y < top + tall && x >= 0 && x < width
        const hit = layOut(entries, width, height).find(isHit)?.entry
        return entries.map((each) => (each === hit ? withHeart(each, by) : each))
      })
    }
  },
  draw(ctx, { width, height, params, data }) {
    const palette = toPalette(params)
    const { margin, em, heading } = sizesIn(width, height)
    const corner = Math.min(12, Math.min(width, height) / 16)
    drawBox(ctx, [0, 0, width, height], { color: palette.ground, corner })
    const signed = describeCount(data.signed)
    const signedWidth = textWidth(signed, `500 ${em * 0.9}px Inter`)
    const title = margin + heading * 0.5
    drawText(ctx, params.label, margin, title, {
      ...{ size: heading, weight: 650, color: palette.ink, align: 'left' },
      width: width - margin * 3 - signedWidth,
    })
    drawText(ctx, signed, width - margin, title, { size: em * 0.9, color: palette.quiet, align: 'right' })

    const blocks = layOut(data.entries, width, height)
    for (const { entry, top, lines } of blocks) {
      ctx.fillStyle = palette.rule
      ctx.fillRect(margin, top, width - margin * 2, 1)
      const radius = em * 1.15
      const first = top + em * 1.5
      const name = entry.name || 'Somebody'
      const face = palette.on(FACES[hashOf(name) % FACES.length] as string)
      ctx.fillStyle = face
      ctx.beginPath()
      ctx.arc(margin + radius, top + em * 0.65 + radius, radius, 0, Math.PI * 2)
      ctx.fill()
      const initial = /[\p{L}\p{N}]/u.exec(name)?.[0] ?? '·'
      drawText(ctx, initial.toUpperCase(), margin + radius, top + em * 0.65 + radius, {
        ...{ size: em * 1.05, weight: 650, color: readableColor('#ffffff', [face]) },
      })
      const left = margin + radius * 2 + em * 0.8
      const date = DATE.format(entry.time)
      const dateWidth = textWidth(date, `500 ${em * 0.85}px Inter`)
      const hearts = entry.hearts.length
      const heartsWidth = hearts > 0 ? textWidth(String(hearts), `600 ${em * 0.85}px Inter`) + em * 1.6 : 0
      drawText(ctx, name, left, first, {
        ...{ size: em, weight: 650, color: palette.ink, align: 'left', shrink: 1 },
        width: width - margin - left - dateWidth - heartsWidth - em,
      })
      drawText(ctx, date, width - margin, first, { size: em * 0.85, color: palette.quiet, align: 'right' })
      if (hearts > 0) {
        const color = palette.accent(params.color, RED)
        const right = width - margin - dateWidth - em * 0.7
        drawText(ctx, String(hearts), right, first, { size: em * 0.85, weight: 600, color, align: 'right' })
        drawHeart(ctx, right - heartsWidth + em * 0.9, first, em * 0.9, color)
      }
      for (const [index, words] of lines.entries()) {
        drawText(ctx, words, left, first + em * 1.4 * (index + 1), {
          ...{ size: em, weight: 450, color: palette.ink, align: 'left', shrink: 1 },
          width: width - margin - left,
        })
      }
    }
    if (blocks.length === 0) {
      drawText(ctx, 'Nobody has signed yet. Be the first!', width / 2, (height + heading + margin) / 2, {
        ...{ size: em * 1.1, color: palette.quiet, width: width - margin * 2 },
      })
    }
    drawBox(ctx, [0, 0, width, height], { color: '#0000', corner, edge: palette.edge })
  },
})

/**
 * Returns the entries, newest first, with one more.
 * @throws a failure if it comes too soon after the others.
 */
function sign(entries: Entry[], entry: Entry): Entry[] {
  // A form that is sent twice.
  if (entries.some(({ by, text }) => by === entry.by && text === entry.text)) return entries
  const recent = entries.filter(({ time }) => entry.time - time < PAUSE)
  if (recent.some(({ by }) => by === entry.by))
    throw failure('One entry a minute: wait a little', { status: 429 })
  if (recent.length >= MAX_PER_PAUSE)
    throw failure('Many people sign at this moment: wait a minute', { status: 429 })
  return [entry, ...entries].slice(0, MAX_ENTRIES)
}

function describeCount(signed: number): string {
  return signed === 1 ? '1 entry' : `${NUMBER.format(signed)} entries`
}

/** A second click of the same reader takes the heart back. */
function withHeart(entry: Entry, by: string): Entry {
  const hearts = entry.hearts.filter((each) => each !== by)
  const isBack = hearts.length < entry.hearts.length
  return { ...entry, hearts: isBack ? hearts : [...hearts, by].slice(-MAX_HEARTS) }
}

/** One line of printable text. */
function toPlain(text: string): string {
  return text
    .normalize('NFC')
    .replace(UNPRINTABLE, ' ')
    .replace(PILED_MARKS, '$1')
    .replace(/\s+/g, ' ')
    .trim()
}

function sizesIn(width: number, height: number) {
  const margin = Math.min(18, Math.min(width, height) * 0.07)
  const em = Math.min(15, Math.max(10.5, width / 28))
  return { margin, em, heading: em * 1.25 }
}

/** The entries that have room, from the newest. */
function layOut(entries: readonly Entry[], width: number, height: number): Block[] {
  const { margin, em, heading } = sizesIn(width, height)
  const wide = width - margin * 2 - em * 3.1
  const blocks: Block[] = []
  let top = margin + heading * 1.6
  for (const entry of entries) {
    const lines = toLines(toDrawable(entry.text), `450 ${em}px Inter`, wide)
    const tall = em * (2.5 + lines.length * 1.4)
    if (top + tall > height - margin * 0.4) break
    blocks.push({ entry, top, tall, lines })
    top += tall
  }
  return blocks
}

/** Breaks a text into at most three lines. */
function toLines(text: string, font: string, width: number): string[] {
  const lines: string[] = []
  for (let rest = text; rest !== '' && lines.length < 3; ) {
    if (lines.length === 2 || textWidth(rest, font) <= width) return [...lines, cutText(rest, font, width)]
    const letters = [...cutText(rest, font, width)].slice(0, -1).join('')
    // At a space, or within a word that is longer than a line.
    const space = rest.startsWith(' ', letters.length) ? letters.length : letters.lastIndexOf(' ')
    const end = space > 0 ? space : Math.max(1, letters.length)
    lines.push(rest.slice(0, end).trimEnd())
    rest = rest.slice(end).trimStart()
  }
  return lines
}

function hashOf(text: string): number {
  return [...text].reduce((hash, letter) => (hash * 31 + Number(letter.codePointAt(0))) % 65_521, 7)
}

function drawHeart(ctx: Context, x: number, y: number, size: number, color: string): void {
  const half = size / 2
  ctx.fillStyle = color
  ctx.beginPath()
  ctx.moveTo(x, y + half * 0.85)
  ctx.bezierCurveTo(x - half * 1.7, y - half * 0.3, x - half * 0.7, y - half * 1.25, x, y - half * 0.4)
  ctx.bezierCurveTo(x + half * 0.7, y - half * 1.25, x + half * 1.7, y - half * 0.3, x, y + half * 0.85)
  ctx.fill()
}
