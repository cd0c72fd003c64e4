import { readDecimal } from '../widget/decimal.ts'

/** A number from a program's output, with the time that it names. */
export interface ReadNumber {
  value: number
  /** ISO 8601, or milliseconds since the epoch. */
  time: string | number
}

/**
 * Reads the number in a column of a line, such as the thirteenth of `vmstat`; a percent sign after it is ignored. A line
 * that is a JSON object has `value`, and may have `time`. Undefined for lines without such a number, such as headings.
 * @param column from 1; columns are parted by tabs, commas or semicolons, or, without any of these, by spaces.
 */
export function readNumber(line: string, column: number, now: number): ReadNumber | undefined {
  const words = line.trim()
  if (words.startsWith('{')) return readObject(words, now)
  const parts = words.split(/[,;\t]/.test(words) ? /[,;\t]/ : /\s+/)
  const text = (parts[column - 1] ?? '').trim().replace(/%$/, '')
  const value = readDecimal(text)
  return Number.isFinite(value) ? { value, time: now } : undefined
}

function readObject(text: string, now: number): ReadNumber | undefined {
  try {
    const { value, time = now } = JSON.parse(text) as Record<string, unknown>
    const isRight = Number.isFinite(value) && (typeof time === 'number' || typeof time === 'string')
    return isRight ? { value: value as number, time } : undefined
  } catch {
    return undefined
  }
}
