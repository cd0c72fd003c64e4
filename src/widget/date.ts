import { zoneOffset } from './zone.ts'

const DATE =
  /^(\d{4}-\d\d-\d\d)(?:[T ](\d\d:\d\d)(?:(:\d\d)(?:\.\d{1,9})?)?(?:(Z)|([+ -])(\d\d)(?::?(\d\d))?)?)?$/i
const DAY = 86_400_000

/**
 * Normalises `2027-01-01`, `2027-01-01T18:30` or `2027-01-01T18:30:15`; the last two may end in `Z` or an offset. A time
 * with an offset is converted to UTC. A space may stand for the `T`, and fractions of a second are dropped. Returns
 * undefined for anything else, including 30 February.
 */
export function readDate(raw: string): string | undefined {
  const [, day, clock = '00:00', seconds = ':00', utc, sign, hours, minutes] = DATE.exec(raw) ?? []
  const local = `${day}T${clock}${seconds}`
  const time = Date.parse(`${local}Z`)
  // JavaScript parses 30 February as 2 March, and 24:00 as the next day.
  if (Number.isNaN(time) || new Date(time).toISOString().slice(0, 19) !== local) return undefined
  if (!utc && !sign) return toShort(local).replace(/T00:00$/, '')
  if (Number(hours ?? 0) > 23 || Number(minutes ?? 0) > 59) return undefined
  // In a URL, a plus sign arrives as a space.
  const ahead = (Number(hours ?? 0) * 60 + Number(minutes ?? 0)) * (sign === '-' ? -60_000 : 60_000)
  return `${toShort(new Date(time - ahead).toISOString().slice(0, 19))}Z`
}

/**
 * Converts a date from `param.date` to milliseconds since the epoch. `zone` applies to dates without an offset. When an
 * hour occurs twice in the zone, the first one is used; a time that the clocks skip is moved forward by the skipped hour.
 */
export function dateToTime(date: string, zone: string): number {
  if (date.endsWith('Z')) return Date.parse(date)
  const local = Date.parse(date.includes('T') ? `${date}Z` : date)
  const [before, after] = [local - DAY, local + DAY].map((time) => zoneOffset(time, zone))
  const isRight = (offset = 0) => zoneOffset(local - offset, zone) === offset
  return local - (!isRight(before) && isRight(after) ? (after ?? 0) : (before ?? 0))
}

/** Formats milliseconds since the epoch as ISO 8601 in UTC. */
export function toIso(time: number): string {
  return new Date(time).toISOString()
}

function toShort(local: string): string {
  return local.replace(/:00$/, '')
}
