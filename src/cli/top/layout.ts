import { printable } from '../printable.ts'
import { COLUMNS, type Column, ROOM_HEADING, toCell } from './columns.ts'
import { HISTORY_LENGTH } from './history.ts'
import type { Row } from './rows.ts'

/** A number column and the width it takes. */
export interface PlacedColumn {
  column: Column
  width: number
}

/** What of a room fits side by side, and how wide. */
export interface Columns {
  room: number
  counts: readonly PlacedColumn[]
  /** 0 where there is no space for it. */
  sparkline: number
}

/** What fits one below the other. */
export interface Lines {
  hasTitle: boolean
  hasHeading: boolean
  hasFooter: boolean
  isSpaced: boolean
  /** How many rooms. */
  rooms: number
}

/** Columns between two columns. */
export const GAP = 2

const LEAST_ROOM = 16
const LEAST_SPARKLINE = 8
/** What the sparkline may take from long names: a part of what the numbers leave. */
const SPARKLINE_SHARE = 1 / 3
/** What a narrow terminal does without, the most dispensable first. */
const DISPENSABLE = ['peak', 'hitsPerMinute', 'hits', 'connections', 'sparkline', 'visitors'] as const
/** The mark of the column that is sorted by. */
const MARK = 1

/** Chooses what to show of each room in a terminal of some width. */
export function layColumns(rows: readonly Row[], width: number): Columns {
  const longest = rows.reduce(
    (most, { room }) => Math.max(most, printable(room).length),
    ROOM_HEADING.length + MARK,
  )
  const all = COLUMNS.map((column) => ({ column, width: widthOf(column, rows) }))
  for (let dropped = 0; dropped <= DISPENSABLE.length; dropped += 1) {
    const without: readonly string[] = DISPENSABLE.slice(0, dropped)
    const counts = all.filter(({ column }) => !without.includes(column.sort))
    const left = width - counts.reduce((sum, count) => sum + count.width + GAP, 0)
    const least = without.includes('sparkline') ? 0 : GAP + LEAST_SPARKLINE
    if (left - least < Math.min(longest, LEAST_ROOM) && dropped < DISPENSABLE.length) continue
    const share = Math.floor(Math.min(HISTORY_LENGTH, left * SPARKLINE_SHARE))
    const kept = least === 0 ? 0 : GAP + Math.max(LEAST_SPARKLINE, share)
    // Names are not cut below what the sparkline was let in for.
    const room = Math.max(0, Math.min(longest, left - least, Math.max(LEAST_ROOM, left - kept)))
    const sparkline = least === 0 ? 0 : Math.min(HISTORY_LENGTH, left - room - GAP)
    return { room, counts, sparkline }
  }
  return { room: width, counts: [], sparkline: 0 }
}

/** Chooses what to show in a terminal of some height. */
export function layLines(height: number): Lines {
  const isSpaced = height >= 10
  const hasTitle = height >= 6
  const hasHeading = height >= 4
  const hasFooter = height >= 2
  const others = 1 + [hasTitle, hasHeading, hasFooter].filter(Boolean).length + (isSpaced ? 2 : 0)
  return { hasTitle, hasHeading, hasFooter, isSpaced, rooms: Math.max(0, height - others) }
}

function widthOf(column: Column, rows: readonly Row[]): number {
  // The largest number is the widest: so that widths stay while rooms scroll by.
  const largest = rows.reduce<Row | undefined>(
    (most, row) => (most && (most[column.sort] ?? 0) >= (row[column.sort] ?? 0) ? most : row),
    undefined,
  )
  return Math.max(MARK + column.heading.length, largest ? toCell(largest, column).length : 0)
}
