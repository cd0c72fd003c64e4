/** Returns the canonical spelling of a language, like `de` or `pt-BR`; undefined for any that no formatter knows. */
export function readLocale(raw: string): string | undefined {
  try {
    const [locale] = Intl.NumberFormat.supportedLocalesOf(raw.trim().replaceAll('_', '-'))
    return locale
  } catch {
    return undefined
  }
}

/** Options of `formatNumber`: those of `Intl.NumberFormat`. */
export type NumberOptions = Intl.NumberFormatOptions
/** Options of `formatDate`: those of `Intl.DateTimeFormat`, whose `timeZone` is UTC by default. */
export type DateOptions = Intl.DateTimeFormatOptions

/**
 * Writes a number as people of a language do: `formatNumber(1234.5, 'de')` is `1.234,5`. Units, currencies and percent by
 * the options of `Intl.NumberFormat`: `{ style: 'unit', unit: 'celsius' }`.
 */
export function formatNumber(value: number, locale = 'en', options: NumberOptions = {}): string {
  return new Intl.NumberFormat(locale, options).format(value)
}

/** Writes a time, in milliseconds since the epoch: `formatDate(time, 'de', { dateStyle: 'long' })` is `1. Januar 2026`. */
export function formatDate(
  time: number,
  locale = 'en',
  options: DateOptions = { dateStyle: 'medium' },
): string {
  // The zone of the machine would give another picture on every machine.
  return new Intl.DateTimeFormat(locale, { timeZone: 'UTC', ...options }).format(time)
}

const UNITS = [
  ['year', 31_557_600_000],
  ['month', 2_629_800_000],
  ['week', 604_800_000],
  ['day', 86_400_000],
  ['hour', 3_600_000],
  ['minute', 60_000],
  ['second', 1_000],
] as const

/** Writes a distance from now in milliseconds: `formatRelative(-300_000, 'en')` is `5 minutes ago`. */
export function formatRelative(
  distance: number,
  locale = 'en',
  options: Intl.RelativeTimeFormatOptions = { numeric: 'auto' },
): string {
  const [unit, length] = UNITS.find(([, least]) => Math.abs(distance) >= least) ?? UNITS[6]
  return new Intl.RelativeTimeFormat(locale, options).format(Math.trunc(distance / length), unit)
}
