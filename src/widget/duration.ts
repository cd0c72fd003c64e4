/** A time with its unit, such as `500ms`, `1.5s`, `10m`, `1h` or `1d`. */
export type Duration = `${number}${'ms' | 's' | 'm' | 'h' | 'd'}`

const UNITS: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 }

/**
 * Parses `250ms`, `1.5s`, `5m`, `1h` or `1d` to whole milliseconds. Returns undefined for anything else, including a
 * missing unit and a number too large to be exact.
 */
export function parseDuration(text: string): number | undefined {
  const match = /^(\d+(?:\.\d+)?)(ms|s|m|h|d)$/.exec(text.trim())
  const unit = UNITS[match?.[2] ?? '']
  const time = match && unit ? Math.round(Number(match[1]) * unit) : Number.NaN
  return Number.isSafeInteger(time) ? time : undefined
}

/** Formats milliseconds for `parseDuration`, in the largest unit that gives a whole number. */
export function formatDuration(time: number): string {
  const unit = ['d', 'h', 'm', 's'].find((name) => time > 0 && time % (UNITS[name] ?? 1) === 0) ?? 'ms'
  return `${time / (UNITS[unit] ?? 1)}${unit}`
}

/** Returns milliseconds as they are, and a time with a unit as milliseconds; NaN for anything else. */
export function toMilliseconds(time: number | Duration): number {
  if (typeof time === 'number') return time
  return typeof time === 'string' ? (parseDuration(time) ?? Number.NaN) : Number.NaN
}
