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
 * @throws Error that names the line.
 */
export function parseHitsFile(text: string): HitsRow[] {
  const content = text.replace(/^\uFEFF/, '').trim()
  if (!content.startsWith('{')) return parseLines(content)
  const numbers = JSON.parse(content) as Record<string, unknown>
  return Object.entries(numbers).map(([room, hits]) => toRow(room, hits, `"${room}"`))
}

/** Completes the name of a room: `blog` is `hits/blog`. @throws PublicError for a key that is none. */
export function toHitsRoom(name: string): string {
  const [widget = '', key = ''] = name.includes('/') ? name.split(/\/(.*)/s) : ['hits', name]
  checkKey(key)
  return `${widget}/${key}`
}

function parseLines(content: string): HitsRow[] {
  return content.split('\n').flatMap((line, index) => {
    const words = line.trim()
    if (words === '' || words.startsWith('#')) return []
    const [room = '', number = ''] = words.split(/[,;\t ]+/).map((word) => word.replace(/^"|"$/g, ''))
    if (index === 0 && !/^\d+$/.test(number)) return []
    return [toRow(room, /^\d+$/.test(number) ? Number(number) : number, `line ${index + 1}`)]
  })
}

function toRow(name: string, number: unknown, place: string): HitsRow {
  const { success, data } = hitsSchema.safeParse({ hits: number })
  if (!success) throw new Error(`${place}: expected a room and a whole number`)
  try {
    return { room: toHitsRoom(name), hits: data.hits }
  } catch (error) {
    throw new Error(`${place}: ${(error as Error).message}`)
  }
}
