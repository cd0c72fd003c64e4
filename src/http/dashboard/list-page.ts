import type { RoomSummary } from '../../cluster/rooms.ts'
import { pathOfRoom } from '../../widget/room.ts'
import { parseRoomQuery, type Sort, selectRooms } from '../room-list.ts'
import { countThatFit, OWN_ROOMS, tableOf } from './live-picture.ts'

/** Rooms on a page: one screen of them, all in one picture. */
const PAGE_SIZE = 20

/** The sort order of each column's heading; numbers are sorted largest first. */
const COLUMNS: readonly { label: string; sort: Sort; isMain: boolean }[] = [
  { label: 'Room', sort: 'room', isMain: true },
  { label: 'Visitors', sort: 'visitors', isMain: true },
  { label: 'Connections', sort: 'connections', isMain: false },
  { label: 'Peak today', sort: 'peakToday', isMain: false },
  { label: 'Hits', sort: 'hits', isMain: false },
]

/**
 * The list of all rooms, as its template needs it.
 * @param home the address of the list.
 * @throws PublicError 400 that names every wrong parameter.
 */
export function toListPage(
  known: readonly RoomSummary[],
  given: URLSearchParams,
  base: string,
  home: string,
) {
  const all = known.filter(({ room }) => !OWN_ROOMS.includes(room))
  const asked = withoutEmpty(given)
  const query = parseRoomQuery(asked)
  const page = selectRooms(all, query)
  const most = countThatFit(page.rooms)
  const { rooms, total, next } = most < page.rooms.length ? selectRooms(all, { ...query, limit: most }) : page
  const hrefOf = (changes: Record<string, string | undefined>) => toHref(home, asked, changes)
  const chosen = {
    search: asked.get('search') ?? '',
    widget: query.widget ?? '',
    watched: query.watched === true,
  }
  return {
    isEmpty: all.length === 0,
    totals: toTotals(all),
    rooms: rooms.map((room) => ({ ...room, href: home + pathOfRoom(room) })),
    total,
    chosen: { ...chosen, sort: asked.get('sort') },
    isNarrowed: chosen.search !== '' || chosen.widget !== '' || query.watched !== undefined,
    widgets: [...new Set(all.map(({ widget }) => widget))].sort(),
    columns: COLUMNS.map(({ label, sort, isMain }) => {
      const isSorted = query.sort === sort
      const isDown = isSorted ? !query.isDescending : sort !== 'room'
      return {
        ...{ label, isMain },
        order: isSorted ? (query.isDescending ? 'descending' : 'ascending') : undefined,
        href: hrefOf({ sort: isDown ? `-${sort}` : sort, cursor: undefined }),
      }
    }),
    first: query.after ? hrefOf({ cursor: undefined }) : undefined,
    next: next === undefined ? undefined : hrefOf({ cursor: next }),
    picture: rooms.length > 0 ? tableOf(base, rooms) : undefined,
  }
}

/** Removes the empty fields that a form sends, and `limit`, which is fixed here. */
function withoutEmpty(given: URLSearchParams): URLSearchParams {
  const names = ['search', 'widget', 'watched', 'sort', 'cursor']
  const asked = new URLSearchParams(
    [...given].filter(([name, value]) => names.includes(name) && value !== ''),
  )
  asked.set('limit', String(PAGE_SIZE))
  return asked
}

function toHref(home: string, asked: URLSearchParams, changes: Record<string, string | undefined>): string {
  const query = new URLSearchParams(asked)
  query.delete('limit')
  for (const [name, value] of Object.entries(changes)) {
    if (value === undefined) query.delete(name)
    else query.set(name, value)
  }
  return query.size > 0 ? `${home}?${query}` : home
}

function toTotals(rooms: readonly RoomSummary[]) {
  const sum = (name: 'visitors' | 'connections' | 'hits') => rooms.reduce((all, room) => all + room[name], 0)
  const watched = rooms.filter(({ connections }) => connections > 0).length
  return {
    ...{ visitors: sum('visitors'), connections: sum('connections'), hits: sum('hits') },
    ...{ watched, rooms: rooms.length },
  }
}
