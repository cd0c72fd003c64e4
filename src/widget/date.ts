import { zoneOffset } from './zone.ts'

const DATE =
  /^(\d{4}-\d\d-\d\d)(?:[T ](\d\d:\d\d)(?:(:\d\d)(?:\.\d{1,9})?)?(?:(Z)|([+ -])(\d\d)(?::?(\d\d))?)?)?$/i
const DAY = 86_400_000

/**
 * Reads `2027-01-01`, `2027-01-01T18:30` or `2027-01-01T18:30:15`, the latter two with `Z` or an offset if wanted, into
 * one spelling for each: with an offset it becomes UTC. A space may stand for the `T`; fractions of seconds are dropped. Undefined for anything else, 30 February too.
 */
export function readDate(raw: string): string | undefined {
  const [, day, clock = '00:00', seconds = ':00', utc, sign, hours, minutes] = DATE.exec(raw) ?? []
  const local = `${day}T${clock}${seconds}`
  const time = Date.parse(`${local}Z`)
  // JavaScript takes 30 February for 2 March, and 24:00 for the next day.
  if (Number.isNaN(time) || new Date(time).toISOString().slice(0, 19) !== local) return undefined
  if (!utc && !sign) return toShort(local).replace(/T00:00$/, '')
  if (Number(hours ?? 0) > 23 || Number(minutes ?? 0) > 59) return undefined
  // In a URL, a plus sign arrives as a space.
  const ahead = (Number(hours ?? 0) * 60 + Number(minutes ?? 0)) * (sign === '-' ? -60_000 : 60_000)
  return `${toShort(new Date(time - ahead).toISOString().slice(0, 19))}Z`
}

/**
 * The moment of a date as `param.date` gives it, in milliseconds since the epoch; `zone` is whose clock is meant where
 * the date does not say. Of an hour that a zone has twice the first one counts; in one that its clocks skip, the
 * time they show in its place.
 */
export function dateToTime(date: string, zone: string): number {
  if (date.endsWith('Z')) return Date.parse(date)
  const local = Date.parse(date.includes('T') ? `${date}Z` : date)
  const [before, after] = [local - DAY, local + DAY].map((time) => zoneOffset(time, zone))
  const isRight = (offset = 0) => zoneOffset(local - offset, zone) === offset
  return local - (!isRight(before) && isRight(after) ? (after ?? 0) : (before ?? 0))
}

function toShort(local: string): string {
  return local.replace(/:00$/, '')
}
