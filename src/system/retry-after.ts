/** Longer waits are cut to this: a mistaken pause of a week would look like a fault of this server. */
const MAX_WAIT = 86_400_000

/**
 * Reads `Retry-After` (RFC 9110, section 10.2.3): seconds, or an HTTP date.
 * @returns milliseconds to wait from `now`, 0 to a day; undefined for a missing or invalid value.
 */
export function parseRetryAfter(value: string | undefined, now: number): number | undefined {
  if (value === undefined || value.length > 40) return undefined
  const text = value.trim()
  const isDate = /^[A-Z][a-z]{2,8},? /.test(text)
  const wait = /^\d+$/.test(text) ? Number(text) * 1000 : isDate ? Date.parse(text) - now : Number.NaN
  return Number.isNaN(wait) ? undefined : Math.min(Math.max(0, wait), MAX_WAIT)
}
