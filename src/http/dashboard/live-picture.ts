import type { RoomSummary } from '../../cluster/rooms.ts'
import { roomOf } from '../../widget/room.ts'
import type { Size } from '../../widget/widget.ts'

/** One picture in all the ways a page may show it: the first source whose `media` is true counts. */
export interface LivePicture extends Size {
  src: string
  srcset: string
  alt: string
  sources: (Size & { media: string; srcset: string })[]
}

/** The dashboard is built from pictures of these built-in widgets, and knows their parameters. */
const [TABLE_WIDGET, CHART_WIDGET, GRID_WIDGET] = ['rooms', 'chart', 'grid'] as const
/** The dashboard's own pictures are of this key, so that looking at rooms does not count in them. */
const OWN_KEY = 'dashboard'
/** The rooms of the dashboard's own pictures: in no list and no sum of it. */
export const OWN_ROOMS: readonly string[] = [TABLE_WIDGET, CHART_WIDGET, GRID_WIDGET].map((name) =>
  roomOf({ widget: name, key: OWN_KEY }),
)

/** Where a table has names and a line of little room; dashboard.css breaks at the same width. */
const NARROW = '(max-width: 56rem)'
const DARK = '(prefers-color-scheme: dark)'
/** The papers of style.css: live numbers lie over those of the page, and have to hide them. */
export const PAPERS = { light: 'fbfaf7', dark: '161614' }
/** The columns beside the names of rooms, in CSS pixels, as dashboard.css has them. */
const TABLE = { row: 40, wide: { width: 620, cell: 108 }, narrow: { width: 188, cell: 84 } }
/** The longest text that the table's picture takes to name its rooms by. */
const MAX_SHOW_LENGTH = 1500
const CHARTS = { wide: { width: 1120, height: 180 }, narrow: { width: 350, height: 150 } }
const CHART_GAP = 16
const SPANS = { hour: 'Last hour', day: 'Last day', week: 'Last week' }

type Theme = 'light' | 'dark'
type Space = 'wide' | 'narrow'

/** The numbers and lines of rooms, each in a row as high as the page's. */
export function tableOf(base: string, rooms: readonly Pick<RoomSummary, 'room'>[]): LivePicture {
  return toPicture(
    '',
    (space) => ({ width: TABLE[space].width, height: rooms.length * TABLE.row }),
    (theme, space) => toTableUrl(base, rooms, theme, space),
  )
}

/** How many of these rooms, from the first, one picture can name. */
export function countThatFit(rooms: readonly Pick<RoomSummary, 'room'>[]): number {
  let most = rooms.length
  while (toShow(rooms.slice(0, most)).length > MAX_SHOW_LENGTH) most -= 1
  return most
}

/** A room over the last hour, day and week: three charts over one connection, of which browsers have but six. */
export function chartsOf(base: string, room: string): LivePicture {
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
        return `${CHART_WIDGET}/${OWN_KEY}?room=${room}&${new URLSearchParams(look)}`
      })
      const query = new URLSearchParams({ columns: '1', gap: String(CHART_GAP), show: shown.join(',') })
      return `${base}/${GRID_WIDGET}/${OWN_KEY}.png?${query}`
    },
  )
}

function toTableUrl(
  base: string,
  rooms: readonly Pick<RoomSummary, 'room'>[],
  theme: Theme,
  space: Space,
): string {
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
  return `${base}/${TABLE_WIDGET}/${OWN_KEY}.png?show=${toShow(rooms)}&${query}`
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
