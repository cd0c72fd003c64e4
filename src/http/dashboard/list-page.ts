import type { RoomSort, Rooms } from '../../cluster/rooms.ts'
import { pathOfRoom } from '../../widget/room.ts'
import { nextCursor, parseRoomQuery } from '../room-list.ts'
import { countThatFit, type DashboardPictures } from './dashboard-pictures.ts'

/** Rooms on a page: one screen of them, all in one picture. */
const PAGE_SIZE = 20

/** The sort order of each column's heading; numbers are sorted largest first. */
const COLUMNS: readonly { label: string; sort: RoomSort; isMain: boolean }[] = [
  { label: 'Room', sort: 'room', isMain: true },
  { label: 'Visitors', sort: 'visitors', isMain: true },
  { label: 'Connections', sort: 'connections', isMain: false },
  { label: 'Peak today', sort: 'peakToday', isMain: false },
  { label: 'Hits', sort: 'hits', isMain: false },
]

/** The address of the list, and the pictures in it. */
interface ListPlace {
  base: string
  /** The address of the list itself. */
  home: string
  pictures: DashboardPictures
}

/**
 * The list of all rooms, as its template needs it.
 * @throws PublicError 400 that names every wrong parameter.
 */
export async function toListPage(known: Rooms, given: URLSearchParams, { base, home, pictures }: ListPlace) {
  const asked = withoutEmpty(given)
  const query = { ...parseRoomQuery(asked), exclude: pictures.ownRooms }
  const [whole, { widgets, ...totals }] = await Promise.all([
    known.page(query),
    known.totals(pictures.ownRooms),
  ])
  const fitting = countThatFit(whole.rooms)
  const page = fitting < whole.rooms.length ? await known.page({ ...query, limit: fitting }) : whole
  const { rooms, total } = page
  const next = nextCursor(page, query)
  const hrefOf = (changes: Record<string, string | undefined>) => toHref(home, asked, changes)
  const chosen = {
    search: asked.get('search') ?? '',
    widget: query.widget ?? '',
    watched: query.watched === true,
  }
  return {
    isEmpty: totals.rooms === 0,
    totals,
    rooms: rooms.map((room) => ({ ...room, href: home + pathOfRoom(room) })),
    total,
    chosen: { ...chosen, sort: asked.get('sort') },
    isNarrowed: chosen.search !== '' || chosen.widget !== '' || query.watched !== undefined,
    widgets,
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
    picture: rooms.length > 0 ? pictures.table(base, rooms) : undefined,
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
