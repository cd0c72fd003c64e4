import type { Row, Sort } from './rows.ts'

/** A column of numbers. */
export interface Column {
  sort: Exclude<Sort, 'room'>
  heading: string
}

/** The columns of numbers, from left to right. */
export const COLUMNS: readonly Column[] = [
  { sort: 'visitors', heading: 'VISITORS' },
  { sort: 'connections', heading: 'CONNECTIONS' },
  { sort: 'peak', heading: 'PEAK' },
  { sort: 'hits', heading: 'HITS' },
  { sort: 'hitsPerMinute', heading: 'HITS/MIN' },
]

export const ROOM_HEADING = 'ROOM'

/** Shown for a number that is not known yet. */
export const UNKNOWN = '-'

/** Formats a number of a room for people, with thousands separators. */
export function toCell(row: Row, { sort }: Column): string {
  return sort === 'hitsPerMinute' ? toRate(row.hitsPerMinute) : toCount(row[sort])
}

/** 12345 -> `12,345`. */
export function toCount(count: number): string {
  return count.toLocaleString('en')
}

/** Formats hits a minute with one decimal. */
export function toRate(rate: number | undefined): string {
  const digits = { minimumFractionDigits: 1, maximumFractionDigits: 1 }
  return rate === undefined ? UNKNOWN : rate.toLocaleString('en', digits)
}
