import { type Level, levelOfColor } from './level.ts'
import { readStatus, type StoredStatus } from './status-content.ts'

/** Seconds of a day that a status was up, warned or late, and down. */
export type DayTimes = [up: number, poor: number, down: number]

/** The levels of a status, day by day, until `since`; from then on its level is that of the stored status. */
export interface Uptime {
  /** Milliseconds since the epoch. */
  since: number
  /** By date in UTC. */
  days: Readonly<Record<string, DayTimes>>
}

/** A day that is drawn. */
export interface UptimeDay {
  date: string
  times: DayTimes
}

const DAY = 86_400_000
const KEPT_DAYS = 400

/** Reads an uptime from the store; undefined for a missing or damaged one. */
export function readUptime(stored: unknown): Uptime | undefined {
  const { since, days } = (stored ?? {}) as Partial<Uptime>
  if (typeof since !== 'number' || typeof days !== 'object' || days === null) return undefined
  const right = Object.entries(days).filter(([, times]) => Array.isArray(times) && times.length === 3)
  return { since, days: Object.fromEntries(right) }
}

/** Adds the time from `since` to `time`, in which the status was as `stored` says. Days older than 400 are dropped. */
export function addTime(uptime: Uptime, stored: unknown, time: number): Uptime {
  const days: Record<string, DayTimes> = { ...uptime.days }
  for (const [level, from, to] of toSpans(stored, uptime.since, time)) {
    for (let start = from; start < to; ) {
      const end = Math.min(to, (Math.floor(start / DAY) + 1) * DAY)
      const date = toDate(start)
      const times: DayTimes = [...(days[date] ?? [0, 0, 0])]
      times[level] = Math.round(times[level] + (end - start) / 1000)
      days[date] = times
      start = end
    }
  }
  const first = toDate(time - KEPT_DAYS * DAY)
  const kept = Object.entries(days).filter(([date]) => date >= first)
  return { since: time, days: Object.fromEntries(kept) }
}

/** Whether a status that is set again keeps its level, so that the time need not be added yet. */
export function isSameLevel(before: unknown, after: unknown, time: number): boolean {
  const shown = readStatus(before, '', time).level
  return shown === 'up' && readStatus(after, '', time).level === 'up'
}

/**
 * Reads how a status was in the last `count` days until `time`, the oldest first; a day without a status has no seconds.
 * @param days as stored.
 * @param status as stored: it determines the time since then.
 */
export function uptimeDays(days: unknown, status: unknown, time: number, count: number): UptimeDay[] {
  const uptime = readUptime(days)
  return lastDays(uptime ? addTime(uptime, status, time) : { since: time, days: {} }, time, count)
}

function lastDays(uptime: Uptime, time: number, count: number): UptimeDay[] {
  return Array.from({ length: count }, (_, index) => {
    const date = toDate(time - (count - 1 - index) * DAY)
    return { date, times: uptime.days[date] ?? [0, 0, 0] }
  })
}

/** The share of the known time that was not down, 0 to 1; undefined where nothing is known. */
export function uptimeShare(days: readonly UptimeDay[]): number | undefined {
  const sum = (of: (times: DayTimes) => number) => days.reduce((total, { times }) => total + of(times), 0)
  const known = sum(([up, poor, down]) => up + poor + down)
  return known === 0 ? undefined : sum(([up, poor]) => up + poor) / known
}

type Span = [level: 0 | 1 | 2, from: number, to: number]

/** What a status was in turn: as it said, late, down. */
function toSpans(stored: unknown, from: number, to: number): Span[] {
  if (typeof stored !== 'object' || stored === null) return []
  const { color, isError, lateAt, downAt }: StoredStatus = stored
  const level = isError === true ? 'down' : levelOfColor(typeof color === 'string' ? color : 'lightgrey')
  const clamp = (timestamp: unknown) =>
    typeof timestamp === 'number' ? Math.min(Math.max(timestamp, from), to) : to
  const [late, down] = [clamp(lateAt), clamp(downAt)]
  return [
    [toIndex(level), from, late],
    [1, late, down],
    [2, down, to],
  ]
}

function toIndex(level: Level): 0 | 1 | 2 {
  return level === 'down' ? 2 : level === 'up' ? 0 : 1
}

function toDate(time: number): string {
  return new Date(time).toISOString().slice(0, 10)
}
