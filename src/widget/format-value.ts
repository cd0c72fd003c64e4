import { formatNumber, type NumberOptions } from './locale.ts'

/** How a measured number is written. */
export interface ValueFormat {
  /** Digits after the decimal point; negative for as many as its size needs. @default -1 */
  decimals?: number
  /** A language, such as `de`. @default 'en' */
  locale?: string
  /** Written after the number. @default '' */
  unit?: string
}

/** From here on a number is written as 12M, and as 1.2E18. */
const COMPACT_FROM = 1e6
const SCIENTIFIC_FROM = 1e15
const SCIENTIFIC_BELOW = 1e-6

/** Writes a measured number with about three digits, and with its unit: `42.5 %`, `1,234 rpm`, `1.2M`. */
export function formatValue(
  value: number,
  { decimals = -1, locale = 'en', unit = '' }: ValueFormat = {},
): string {
  const text = formatNumber(value, locale, optionsOf(value, decimals))
  return unit === '' ? text : `${text} ${unit}`
}

function optionsOf(value: number, decimals: number): NumberOptions {
  const size = Math.abs(value)
  if (size >= SCIENTIFIC_FROM || (size > 0 && size < SCIENTIFIC_BELOW && decimals < 0))
    return { notation: 'scientific', maximumFractionDigits: 2 }
  if (decimals >= 0) return { minimumFractionDigits: decimals, maximumFractionDigits: decimals }
  if (size >= COMPACT_FROM) return { notation: 'compact', maximumFractionDigits: 2 }
  if (size >= 100) return { maximumFractionDigits: 0 }
  return size >= 1 ? { maximumFractionDigits: size >= 10 ? 1 : 2 } : { maximumSignificantDigits: 3 }
}
