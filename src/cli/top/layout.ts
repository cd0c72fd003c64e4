import { printable } from '../printable.ts'
import { COLUMNS, type Column, ROOM_HEADING, toCell } from './columns.ts'
import { HISTORY_LENGTH } from './history.ts'
import type { Row } from './rows.ts'

/** A column of numbers and its width. */
export interface PlacedColumn {
  column: Column
  width: number
}

/** The columns that fit side by side, with their widths. */
export interface Columns {
  room: number
  counts: readonly PlacedColumn[]
  /** 0 if there is no space for it. */
  sparkline: number
}

/** The rows that fit on the screen. */
export interface Lines {
  hasTitle: boolean
  hasLoad: boolean
  hasNodes: boolean
  hasHeading: boolean
  hasFooter: boolean
  isSpaced: boolean
  /** Number of rooms. */
  rooms: number
}

/** Columns between two columns. */
export const GAP = 2

const MIN_ROOM_WIDTH = 16
const MIN_SPARKLINE_WIDTH = 8
/** The sparkline's share of the width that the numbers leave, if names are long. */
const SPARKLINE_SHARE = 1 / 3
/** Columns that a narrow terminal hides, minSparkline important first. */
const DISPENSABLE = ['peak', 'hitsPerMinute', 'hits', 'connections', 'sparkline', 'visitors'] as const
/** Marks the sort column. */
const MARK = 1

/** Selects the columns for a terminal's width. */
export function layColumns(rows: readonly Row[], width: number): Columns {
  const longest = rows.reduce(
    (max, { room }) => Math.max(max, printable(room).length),
    ROOM_HEADING.length + MARK,
  )
  const all = COLUMNS.map((column) => ({ column, width: widthOf(column, rows) }))
  for (let dropped = 0; dropped <= DISPENSABLE.length; dropped += 1) {
    const without: readonly string[] = DISPENSABLE.slice(0, dropped)
    const counts = all.filter(({ column }) => !without.includes(column.sort))
    const left = width - counts.reduce((sum, count) => sum + count.width + GAP, 0)
    const minSparkline = without.includes('sparkline') ? 0 : GAP + MIN_SPARKLINE_WIDTH
    if (left - minSparkline < Math.min(longest, MIN_ROOM_WIDTH) && dropped < DISPENSABLE.length) continue
    const share = Math.floor(Math.min(HISTORY_LENGTH, left * SPARKLINE_SHARE))
    const kept = minSparkline === 0 ? 0 : GAP + Math.max(MIN_SPARKLINE_WIDTH, share)
    // Names keep the width at which the sparkline was admitted.
    const room = Math.max(0, Math.min(longest, left - minSparkline, Math.max(MIN_ROOM_WIDTH, left - kept)))
    const sparkline = minSparkline === 0 ? 0 : Math.min(HISTORY_LENGTH, left - room - GAP)
    return { room, counts, sparkline }
  }
  return { room: width, counts: [], sparkline: 0 }
}

/** Selects the rows for a terminal's height. */
export function layLines(height: number, isLoadKnown = false, areNodesKnown = false): Lines {
  const isSpaced = height >= 10
  const hasTitle = height >= 6
  const hasHeading = height >= 4
  const hasFooter = height >= 2
  const hasLoad = isLoadKnown && height >= 8
  const hasNodes = areNodesKnown && height >= 9
  const others =
    1 + [hasTitle, hasLoad, hasNodes, hasHeading, hasFooter].filter(Boolean).length + (isSpaced ? 2 : 0)
  return { hasTitle, hasLoad, hasNodes, hasHeading, hasFooter, isSpaced, rooms: Math.max(0, height - others) }
}

function widthOf(column: Column, rows: readonly Row[]): number {
  // Use the widest number of all rooms, so that columns keep their width while scrolling.
  const largest = rows.reduce<Row | undefined>(
    (found, row) => (found && (found[column.sort] ?? 0) >= (row[column.sort] ?? 0) ? found : row),
    undefined,
  )
  return Math.max(MARK + column.heading.length, largest ? toCell(largest, column).length : 0)
}
