import { formatDuration } from '../../widget/duration.ts'
import { printable } from '../printable.ts'
import { ROOM_HEADING, toCell, toCount, toRate } from './columns.ts'
import { type Columns, GAP, layColumns, layLines } from './layout.ts'
import { cut, type Line, type Span, spread, widthOf } from './line.ts'
import { renderFooter } from './render-footer.ts'
import { renderLoad } from './render-load.ts'
import { renderNodes } from './render-nodes.ts'
import type { Row, Totals } from './rows.ts'
import type { Screen, Size } from './screen.ts'
import { sparkline } from './sparkline.ts'

const HEAD_SPARKLINE = 30

/** Renders the screen: at most `height` lines, none wider than `width`. */
export function renderScreen(screen: Screen, { width, height, isUnicode }: Size): Line[] {
  const { rows, view, load } = screen
  const nodes = load && renderNodes(load, width)
  const lines = layLines(height, load !== undefined, nodes !== undefined)
  const columns = layColumns(rows, width)
  const shown = rows.slice(view.offset, view.offset + lines.rooms)
  const body = rows.length > 0 ? shown.map((row) => roomLine(row, columns, isUnicode)) : [whyNone(screen)]
  const blank = lines.isSpaced ? [[]] : []
  const heading = headingLine(screen, columns, width, isUnicode)
  return [
    ...(lines.hasTitle ? [titleLine(screen, width)] : []),
    totalsLine(screen.totals, width, isUnicode),
    ...(load && lines.hasLoad ? [renderLoad(load, width)] : []),
    ...(nodes && lines.hasNodes ? [nodes] : []),
    ...blank,
    ...(lines.hasHeading ? [heading] : []),
    ...body.slice(0, lines.rooms),
    ...Array.from({ length: Math.max(0, lines.rooms - body.length) }, () => []),
    ...blank,
    ...(lines.hasFooter ? [renderFooter(screen, shown.length, { width, isUnicode })] : []),
  ].map((line) => cut(line, width))
}

function titleLine({ url, time, interval }: Screen, width: number): Line {
  const clock = new Date(time).toTimeString().slice(0, 8)
  const left: Line = [{ text: 'imgcast top', style: 'bold' }, { text: `  ${printable(url)}` }]
  return spread(left, [{ text: `every ${formatDuration(interval)}  ${clock}`, style: 'dim' }], width)
}

function totalsLine({ recent, ...totals }: Totals, width: number, isUnicode: boolean): Line {
  const { visitors, connections, hitsPerMinute, watched, rooms } = totals
  const amounts = [
    amount(toCount(visitors), visitors === 1 ? 'visitor' : 'visitors'),
    amount(toCount(connections), connections === 1 ? 'connection' : 'connections'),
    amount(toCount(watched), `of ${toCount(rooms)} ${rooms === 1 ? 'room' : 'rooms'} watched`),
    amount(toRate(hitsPerMinute), 'hits/min'),
  ]
  // A cut number would be a different number.
  const tooMany = amounts.findIndex((_, last) => widthOf(amounts.slice(0, last + 1).flat()) > width)
  const left = amounts.slice(0, tooMany < 0 ? amounts.length : tooMany).flat()
  const bars = sparkline(recent, HEAD_SPARKLINE, isUnicode).trimStart()
  return spread(left, [{ text: bars, style: 'green' }], width)
}

function amount(count: string, what: string): Span[] {
  return [{ text: count, style: 'bold' }, { text: ` ${what}   ` }]
}

function headingLine(
  { view, interval }: Screen,
  { room, counts, sparkline }: Columns,
  width: number,
  isUnicode: boolean,
): Line {
  const down = (view.sort === 'room') === view.isReversed
  const mark = isUnicode ? (down ? '▼' : '▲') : down ? 'v' : '^'
  const marked = (sort: string) => (sort === view.sort ? mark : '')
  const cells = [
    `${ROOM_HEADING}${marked('room')}`.padEnd(room).slice(0, room),
    ...counts.map(({ column, width }) => `${marked(column.sort)}${column.heading}`.padStart(width)),
    ...(sparkline > 0 ? [`LAST ${formatRoughly(interval * sparkline)}`] : []),
  ]
  return [{ text: cells.join(' '.repeat(GAP)).padEnd(width), style: 'inverse' }]
}

/** At most two digits and a unit, so that the heading fits above eight bars. */
function formatRoughly(time: number): string {
  const [seconds, minutes] = [Math.round(time / 1000), Math.round(time / 60_000)]
  return seconds < 100 ? `${seconds}s` : minutes < 100 ? `${minutes}m` : `${Math.round(minutes / 60)}h`
}

function roomLine(row: Row, columns: Columns, isUnicode: boolean): Line {
  const name = printable(row.room)
  const more = isUnicode ? '…' : '~'
  const short = name.length > columns.room ? `${name.slice(0, Math.max(0, columns.room - 1))}${more}` : name
  const counts = columns.counts.map(
    ({ column, width }) => ' '.repeat(GAP) + toCell(row, column).padStart(width),
  )
  const text = short.padEnd(columns.room) + counts.join('')
  const first: Span = row.connections > 0 ? { text } : { text, style: 'dim' }
  if (columns.sparkline === 0) return [first]
  const recent = row.samples.map(({ visitors }) => visitors)
  const bars = sparkline(recent, columns.sparkline, isUnicode)
  return [first, { text: ' '.repeat(GAP) }, { text: bars, style: 'green' }]
}

function whyNone({ view }: Screen): Line {
  const isAny = view.filter === ''
  return [
    { text: isAny ? 'No picture has been requested yet.' : `No room's name contains "${view.filter}".` },
  ]
}
