import { hitsSchema } from '../http/api/schemas.ts'
import { checkKey } from '../widget/key.ts'

/** A room and the hits that it starts with. */
export interface HitsRow {
  /** `<widget>/<key>`. */
  room: string
  hits: number
}

/**
 * Parses a list of hits: a JSON object of rooms and numbers, or lines with a room and a number, parted by a comma, a tab or
 * spaces. A room without a widget is one of `hits`. Empty lines, lines that begin with `#`, and a head line are skipped.
 * @throws Error that names the line, or that there is none. A room that is there twice is one: which number is right is not known.
 */
export function parseHitsFile(text: string): HitsRow[] {
  const content = text.replace(/^\uFEFF/, '').trim()
  const rows = content.startsWith('{') ? parseObject(content) : parseLines(content)
  if (rows.length === 0)
    throw new Error('expected lines with a room and a whole number, like blog,12345, got none')
  const places = new Map<string, string>()
  for (const { room, place } of rows) {
    const first = places.get(room)
    if (first !== undefined) throw new Error(`${place}: expected each room once, ${room} is in ${first} too`)
    places.set(room, place)
  }
  return rows.map(({ room, hits }) => ({ room, hits }))
}

/** Completes the name of a room: `blog` is `hits/blog`. @throws PublicError for a key that is none. */
export function toHitsRoom(name: string): string {
  const [widget = '', key = ''] = name.includes('/') ? name.split(/\/(.*)/s) : ['hits', name]
  checkKey(key)
  return `${widget}/${key}`
}

/** A row, and where it is in the file. */
interface PlacedRow extends HitsRow {
  place: string
}

function parseObject(content: string): PlacedRow[] {
  const numbers = JSON.parse(content) as Record<string, unknown>
  return Object.entries(numbers).map(([room, hits]) => toRow(room, hits, `"${room}"`))
}

function parseLines(content: string): PlacedRow[] {
  const lines = content.split('\n').map((line, index) => {
    const words = line.trim()
    return { words, cells: splitLine(words), place: `line ${index + 1}` }
  })
  const [first, ...others] = lines.filter(({ words }) => words !== '' && !words.startsWith('#'))
  if (!first) return []
  // A number with a slip in it is no head: its counter would be left out without a word.
  const isHead = first.cells.length > 1 && !/\d/.test(first.cells[1] ?? '')
  return [...(isHead ? [] : [first]), ...others].map(({ cells, place }) => {
    const [room = '', number = '', ...more] = cells
    // `blog,1,234` would be 1.
    if (more.length > 0)
      throw new Error(`${place}: expected a room and a whole number, got ${cells.length} values`)
    return toRow(room, /^\d+$/.test(number) ? Number(number) : number, place)
  })
}

function splitLine(words: string): string[] {
  return words.split(/[,;\t ]+/).map((word) => word.replace(/^"|"$/g, ''))
}

function toRow(name: string, number: unknown, place: string): PlacedRow {
  const { success, data } = hitsSchema.safeParse({ hits: number })
  if (!success) throw new Error(`${place}: expected a room and a whole number`)
  try {
    return { room: toHitsRoom(name), hits: data.hits, place }
  } catch (error) {
    throw new Error(`${place}: ${(error as Error).message}`)
  }
}
