import { dateToTime, readDate } from './date.ts'

/**
 * Reads a time: ISO 8601 with its zone, a date, which means midnight in UTC, or milliseconds since the epoch. Undefined if
 * the text is no time, or its year does not have four digits.
 */
export function readTime(text: string): number | undefined {
  const date = readDate(text)
  const isWhole = date !== undefined && !isWithoutZone(text)
  const time = /^\d{1,15}$/.test(text) ? Number(text) : isWhole ? dateToTime(date, 'UTC') : Number.NaN
  return time >= 0 && time < Date.UTC(10_000, 0) ? time : undefined
}

/** Whether a text has a date and a time but no zone. */
export function isWithoutZone(text: string): boolean {
  const date = readDate(text)
  return date !== undefined && !date.endsWith('Z') && text.length > 'yyyy-mm-dd'.length
}
