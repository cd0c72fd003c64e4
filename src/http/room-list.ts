import type { Place } from '../cluster/room-table.ts'
import type { RoomPage, RoomQuery, RoomSort } from '../cluster/rooms.ts'
import { type Fault, quote } from '../errors.ts'
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

/** Reads a query string; unknown names are ignored. @throws PublicError 400 that names every wrong parameter. */
export function parseRoomQuery(query: URLSearchParams): RoomQuery {
  const faults: Fault[] = []
  const expect = (right: boolean, name: string, expected: string) => {
    if (!right) faults.push({ name, detail: `expected ${expected}, got ${quote(query.get(name))}` })
  }
  const order = query.get('sort') ?? DEFAULT_SORT
  const sort = order.replace(/^-/, '') as RoomSort
  expect(SORTS.includes(sort), 'sort', `one of ${SORTS.join(', ')}, with a leading - for largest first`)
  const limit = query.get('limit') ?? String(DEFAULT_LIMIT)
  const isLimit = /^\d{1,9}$/.test(limit) && Number(limit) >= 1 && Number(limit) <= MAX_LIMIT
  expect(isLimit, 'limit', `a whole number from 1 to ${MAX_LIMIT}`)
  const search = query.get('search') ?? ''
  expect(search.length <= MAX_SEARCH_LENGTH, 'search', `at most ${MAX_SEARCH_LENGTH} characters`)
  const watched = query.get('watched')
  expect(watched === null || /^(true|false)$/.test(watched), 'watched', 'true or false')
  const cursor = query.get('cursor')
  const after = cursor === null ? undefined : fromCursor(cursor, order)
  expect(cursor === null || after !== undefined, 'cursor', '`next` of a page with the same `sort`')
  if (faults.length > 0) throw badParameters(faults)
  return {
    sort,
    isDescending: order.startsWith('-'),
    search: search.toLowerCase(),
    widget: query.get('widget') ?? undefined,
    watched: watched === null ? undefined : watched === 'true',
    limit: Number(limit),
    after,
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
