import { type Duration, toMilliseconds } from './duration.ts'

/** The numbers of a series during one step of time. */
export interface SeriesPoint {
  /** When the step began, in milliseconds since the epoch. */
  time: number
  min: number
  max: number
  /** The average of the numbers that came. */
  mean: number
  /** The newest. */
  last: number
}

/** A widget's request for a series of numbers. */
export interface SeriesRequest {
  /** @default the picture's own key */
  key?: string
  /** How far back: from ten seconds to ten years. @default '1h' */
  period?: number | Duration
}

/** A series of numbers over a period that ends now. */
export interface NumberSeries {
  key: string
  /** When the first step began, in milliseconds since the epoch. */
  from: number
  /** When the last step, which is not over yet, ends. */
  to: number
  /** Length of each step, in milliseconds. */
  step: number
  /** The steps that have numbers, oldest first. */
  points: SeriesPoint[]
  /** The newest number, however old it is; undefined if there was never one. */
  value?: number | undefined
  /** When that was measured. */
  time?: number | undefined
  /** Whether the next number is late, by the `ttl` of the last one. */
  isLate: boolean
}

const MINUTE = 60_000
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR

/** The first part of the rooms of series: no widget can have this name. */
const SERIES = 'series'
/** The periods that a picture can show, in milliseconds. */
export const PERIOD_RANGE = { min: 10_000, max: 3_650 * DAY }
export const DEFAULT_PERIOD: Duration = '1h'
/** Most steps of one picture: more would be narrower than a pixel. */
const MAX_STEPS = 180
const SECOND_STEPS = [1, 2, 5, 10, 15, 20, 30].map((seconds) => seconds * 1_000)
const MINUTE_STEPS = [1, 2, 5, 10, 15, 20, 30].map((minutes) => minutes * MINUTE)
const HOUR_STEPS = [1, 2, 3, 6, 12, 24, 48, 168, 720].map((hours) => hours * HOUR)

/** The room that stores a series, whose changes redraw its pictures. */
export function seriesRoom(key: string): string {
  return `${SERIES}/${key}`
}

/** The key of a series from its room; undefined for any other room. */
export function seriesKeyOf(room: string): string | undefined {
  return room.startsWith(`${SERIES}/`) ? room.slice(SERIES.length + 1) : undefined
}

/** The range of a period that ends with the current step, and the length of its steps: those that are kept that long. */
export function seriesRange(period: number, now: number): Pick<NumberSeries, 'from' | 'to' | 'step'> {
  const steps = [
    ...(period <= HOUR ? SECOND_STEPS : []),
    ...(period <= 8 * DAY ? MINUTE_STEPS : []),
    ...HOUR_STEPS,
  ]
  const step = steps.find((each) => period / each <= MAX_STEPS) ?? (steps.at(-1) as number)
  const to = (Math.floor(now / step) + 1) * step
  return { from: to - Math.ceil(period / step) * step, to, step }
}

/** A series without numbers. */
export function emptySeries(key: string, period: unknown, now: number): NumberSeries {
  return { key, ...seriesRange(readPeriod(period), now), points: [], isLate: false }
}

/** Reads the period of a request. @throws TypeError for any that cannot be shown. */
export function readPeriod(period: unknown = DEFAULT_PERIOD): number {
  const time = toMilliseconds(period as number | Duration)
  if (time >= PERIOD_RANGE.min && time <= PERIOD_RANGE.max) return time
  throw new TypeError(`Expected a period from 10s to 3650d, like 1h, got ${JSON.stringify(period)}`)
}
