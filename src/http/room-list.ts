import * as z from 'zod'
import type { Place } from '../cluster/room-table.ts'
import type { RoomPage, RoomQuery, RoomSort } from '../cluster/rooms.ts'
import { quote } from '../errors.ts'
import { expected } from '../schema/expected.ts'
import { integerParameter, parseQuery } from '../schema/parse-query.ts'
import { badParameters } from '../widget/look.ts'

/** The sort keys of rooms. */
export const SORTS: readonly RoomSort[] = [
  'room',
  'connections',
  'visitors',
  'peak',
  'peakToday',
  'hits',
  'since',
]

export const DEFAULT_SORT = '-visitors'
export const DEFAULT_LIMIT = 100
export const MAX_LIMIT = 1_000
const MAX_SEARCH_LENGTH = 100

/** The parameters of a list of rooms. */
export const roomQuerySchema = z.object({
  sort: z
    .enum(
      SORTS.flatMap((sort) => [sort, `-${sort}`] as const),
      expected(`one of ${SORTS.join(', ')}, with a leading - for largest first`),
    )
    .default(DEFAULT_SORT)
    .meta({ description: 'Sort order; a leading `-` puts the largest first.' }),
  search: z
    .string()
    .max(MAX_SEARCH_LENGTH, expected(`at most ${MAX_SEARCH_LENGTH} characters`))
    .default('')
    .meta({ description: 'A part of the room’s name.' }),
  widget: z.string().optional().meta({ description: 'Only rooms of this widget.' }),
  watched: z
    .enum(['true', 'false'], expected('true or false'))
    .optional()
    .meta({ description: 'Only rooms that are watched now, or only the others.' }),
  limit: integerParameter(1, MAX_LIMIT).default(DEFAULT_LIMIT).meta({ description: 'Rooms on a page.' }),
  cursor: z
    .string()
    .optional()
    .meta({ description: '`next` of the previous page, which had the same `sort`.' }),
})

/** Reads a query string; unknown names are ignored. @throws PublicError 400 that names every wrong parameter. */
export function parseRoomQuery(query: URLSearchParams): RoomQuery {
  const { sort: order, search, watched, cursor, ...rest } = parseQuery(roomQuerySchema, query)
  const after = cursor === undefined ? undefined : fromCursor(cursor, order)
  if (cursor !== undefined && !after) {
    const detail = `expected \`next\` of a page with the same \`sort\`, got ${quote(cursor)}`
    throw badParameters([{ name: 'cursor', detail }])
  }
  return {
    ...{ sort: order.replace(/^-/, '') as RoomSort, isDescending: order.startsWith('-') },
    ...{ search: search.toLowerCase(), widget: rest.widget, limit: rest.limit, after },
    watched: watched === undefined ? undefined : watched === 'true',
  }
}

/** The `cursor` of the next page; undefined on the last one. */
export function nextCursor({ last }: RoomPage, { sort, isDescending }: RoomQuery): string | undefined {
  return last && toCursor(last, `${isDescending ? '-' : ''}${sort}`)
}

/** It contains the order too: a place is valid only in its own order. */
function toCursor({ value, room }: Place, order: string): string {
  return Buffer.from(JSON.stringify([order, value, room])).toString('base64url')
}

function fromCursor(cursor: string, order: string): Place | undefined {
  try {
    const [, value, room] = JSON.parse(Buffer.from(cursor, 'base64url').toString()) as unknown[]
    const isValue = typeof value === 'string' || typeof value === 'number'
    if (!isValue || typeof room !== 'string') return undefined
    const place = { value, room }
    // Node ignores characters that are not base64.
    return toCursor(place, order) === cursor ? place : undefined
  } catch {
    return undefined
  }
}
