import type { RoomSummary } from '../cluster/rooms.ts'
import { type Fault, quote } from '../errors.ts'
import { badParameters } from '../widget/look.ts'

/** The sort keys of rooms. */
export const SORTS = ['room', 'connections', 'visitors', 'peak', 'peakToday', 'hits', 'since'] as const

export type Sort = (typeof SORTS)[number]

/** Selects rooms. */
export interface RoomQuery {
  sort: Sort
  isDescending: boolean
  /** A part of the room's name, in lower case. */
  search: string
  widget: string | undefined
  /** True for rooms with viewers, false for rooms without, undefined for both. */
  watched: boolean | undefined
  limit: number
  /** The last room of the previous page. */
  after: Place | undefined
}

/** One page of rooms. */
export interface RoomPage {
  rooms: RoomSummary[]
  /** The number of selected rooms on all pages. */
  total: number
  /** The `cursor` of the next page; undefined on the last one. */
  next: string | undefined
}

interface Place {
  value: string | number
  room: string
}

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
  const sort = order.replace(/^-/, '') as Sort
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

/**
 * The requested page. It starts after the last room of the previous page, wherever that room stands now: counts change
 * between two requests, so an offset would skip or repeat rooms.
 */
export function selectRooms(all: readonly RoomSummary[], query: RoomQuery): RoomPage {
  const { sort, isDescending, search, widget, watched, limit, after } = query
  const compare = (one: Place, other: Place) =>
    (one.value === other.value ? 0 : one.value < other.value === isDescending ? 1 : -1) ||
    (one.room < other.room ? -1 : Number(one.room > other.room))
  const found = all.filter(
    (room) =>
      (widget === undefined || room.widget === widget) &&
      (watched === undefined || room.connections > 0 === watched) &&
      room.room.toLowerCase().includes(search),
  )
  const places = found.map((summary) => ({ summary, value: summary[sort] ?? 0, room: summary.room }))
  const rest = after ? places.filter((each) => compare(each, after) > 0) : places
  const page = takeFirst(rest, limit, compare)
  const last = page.at(-1)
  return {
    rooms: page.map(({ summary }) => summary),
    total: found.length,
    next: last && rest.length > limit ? toCursor(last, `${isDescending ? '-' : ''}${sort}`) : undefined,
  }
}

/** Returns the first `max` rows of an order, without sorting a hundred thousand of them. */
function takeFirst<T>(rows: readonly T[], max: number, compare: (one: T, other: T) => number): T[] {
  const first: T[] = []
  for (const row of rows) {
    const last = first[max - 1]
    if (last !== undefined && compare(row, last) >= 0) continue
    let [low, high] = [0, first.length]
    while (low < high) {
      const middle = (low + high) >> 1
      if (compare(first[middle] as T, row) <= 0) low = middle + 1
      else high = middle
    }
    first.splice(low, 0, row)
    if (first.length > max) first.pop()
  }
  return first
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
