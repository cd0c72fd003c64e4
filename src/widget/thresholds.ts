import { parseColor, splitColors } from '../picture/color.ts'
import { readDecimal } from './decimal.ts'

const MAX_LENGTH = 400
const MAX_THRESHOLDS = 10

/** A colour, and the number from which it applies. */
export interface Threshold {
  from: number
  color: string
}

/** Normalises thresholds like `70:yellow,90:red`: in ascending order, each colour as a canvas takes it. Undefined for anything else. */
export function readThresholds(raw: string): string | undefined {
  if (raw.length > MAX_LENGTH) return undefined
  const read = splitColors(raw).map((part) => {
    const at = part.indexOf(':')
    const [number, color] = [part.slice(0, Math.max(0, at)).trim(), parseColor(part.slice(at + 1))]
    const from = readDecimal(number)
    return color === undefined || !Number.isFinite(from) ? undefined : { from, color }
  })
  if (read.length > MAX_THRESHOLDS || read.includes(undefined)) return undefined
  const thresholds = read as Threshold[]
  return thresholds
    .toSorted((one, other) => one.from - other.from)
    .map(({ from, color }) => `${from}:${color}`)
    .join(',')
}

/** The thresholds of a `param.thresholds`, in ascending order. */
export function toThresholds(value: string): Threshold[] {
  if (value === '') return []
  return splitColors(value).map((part) => {
    const at = part.indexOf(':')
    return { from: Number(part.slice(0, at)), color: part.slice(at + 1) }
  })
}

/** The colour of the last threshold that a number has reached; undefined below the first one. */
export function thresholdColor(thresholds: readonly Threshold[], number: number): string | undefined {
  return thresholds.findLast(({ from }) => number >= from)?.color
}
