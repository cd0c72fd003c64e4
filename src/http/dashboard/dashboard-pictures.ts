import type { RoomSummary } from '../../cluster/rooms.ts'
import { type Roles, widgetOf } from '../../widget/role.ts'
import { pathOfRoom, type RoomParts, roomOf } from '../../widget/room.ts'
import type { Size } from '../../widget/widget.ts'

/** One picture in all variants of a page: the browser takes the first source whose `media` matches. */
export interface LivePicture extends Size {
  src: string
  srcset: string
  alt: string
  sources: (Size & { media: string; srcset: string })[]
}

/** The key of the dashboard's own pictures, so that viewing the dashboard is not counted in the rooms it shows. */
const OWN_KEY = 'dashboard'

/** The media query for narrow screens; dashboard.css has the same breakpoint. */
const NARROW = '(max-width: 56rem)'
const DARK = '(prefers-color-scheme: dark)'
/** The page backgrounds of style.css: live numbers are drawn over the page's numbers, and must cover them. */
export const PAPERS = { light: 'fbfaf7', dark: '161614' }
/** The width of the columns beside the rooms' names, in CSS pixels, as in dashboard.css. */
const TABLE = { row: 40, wide: { width: 620, cell: 108 }, narrow: { width: 188, cell: 84 } }
/** The longest `show` parameter of the table's picture. */
const MAX_SHOW_LENGTH = 1500
const CHARTS = { wide: { width: 1120, height: 180 }, narrow: { width: 350, height: 150 } }
const CHART_GAP = 16
const SPANS = { hour: 'Last hour', day: 'Last day', week: 'Last week' }

type Theme = 'light' | 'dark'
type Space = 'wide' | 'narrow'

/** The live pictures that the dashboard is built from: those of the widgets with these roles, whose parameters it knows. */
export class DashboardPictures {
  readonly #table: RoomParts
  readonly #chart: RoomParts
  readonly #grid: RoomParts
  /** Their rooms, which no list and no sum includes. */
  readonly ownRooms: readonly string[]

  /** @throws Error if no widget has one of the roles. */
  constructor(roles: Roles) {
    this.#table = { widget: widgetOf(roles, 'room-table'), key: OWN_KEY }
    this.#chart = { widget: widgetOf(roles, 'history-chart'), key: OWN_KEY }
    this.#grid = { widget: widgetOf(roles, 'picture-grid'), key: OWN_KEY }
    this.ownRooms = [this.#table, this.#chart, this.#grid].map(roomOf)
  }

  /** The numbers and lines of rooms, in rows of the same height as the page's. */
  table(base: string, rooms: readonly Pick<RoomSummary, 'room'>[]): LivePicture {
    const path = `${base}${pathOfRoom(this.#table)}.png`
    return toPicture(
      '',
      (space) => ({ width: TABLE[space].width, height: rooms.length * TABLE.row }),
      (theme, space) => `${path}?${toTableQuery(rooms, theme, space)}`,
    )
  }

  /** A room over the last hour, day and week: three charts over one connection, since browsers open only six. */
  charts(base: string, room: string): LivePicture {
    const spans = Object.entries(SPANS)
    return toPicture(
      `Visitors of ${room} over the last hour, day and week`,
      (space) => {
        const { width, height } = CHARTS[space]
        return { width, height: height * spans.length + CHART_GAP * (spans.length - 1) }
      },
      (theme, space) => {
        const shown = spans.map(([span, label]) => {
          const { width, height } = CHARTS[space]
          const look = { span, theme, width: String(width), height: String(height), label }
          return `${roomOf(this.#chart)}?room=${room}&${new URLSearchParams(look)}`
        })
        const query = new URLSearchParams({ columns: '1', gap: String(CHART_GAP), show: shown.join(',') })
        return `${base}${pathOfRoom(this.#grid)}.png?${query}`
      },
    )
  }
}

/** The number of these rooms, from the first, that fit into one picture. */
export function countThatFit(rooms: readonly Pick<RoomSummary, 'room'>[]): number {
  let count = rooms.length
  while (toShow(rooms.slice(0, count)).length > MAX_SHOW_LENGTH) count -= 1
  return count
}

function toTableQuery(rooms: readonly Pick<RoomSummary, 'room'>[], theme: Theme, space: Space): string {
  const { width, cell } = TABLE[space]
  const query = new URLSearchParams({
    names: 'no',
    width: String(width),
    height: String(rooms.length * TABLE.row),
    cell: String(cell),
    background: PAPERS[theme],
    ...(space === 'narrow' && { counts: 'visitors' }),
  })
  // Commas and slashes need no escape in a query, and addresses have a maximum length.
  return `show=${toShow(rooms)}&${query}`
}

function toPicture(
  alt: string,
  sizeOf: (space: Space) => Size,
  urlOf: (theme: Theme, space: Space) => string,
): LivePicture {
  const srcset = (theme: Theme, space: Space) => {
    const url = urlOf(theme, space)
    return `${url} 1x, ${url}&scale=2 2x`
  }
  return {
    alt,
    ...sizeOf('wide'),
    src: urlOf('light', 'wide'),
    srcset: srcset('light', 'wide'),
    sources: [
      { media: `${NARROW} and ${DARK}`, srcset: srcset('dark', 'narrow'), ...sizeOf('narrow') },
      { media: NARROW, srcset: srcset('light', 'narrow'), ...sizeOf('narrow') },
      { media: DARK, srcset: srcset('dark', 'wide'), ...sizeOf('wide') },
    ],
  }
}

function toShow(rooms: readonly Pick<RoomSummary, 'room'>[]): string {
  return rooms.map(({ room }) => room).join(',')
}
