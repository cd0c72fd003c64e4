import { emptyStep, type HistoryStep } from '../widget/room-history.ts'
import type { HistoryRange } from './history.ts'
import { HOUR, type Hour, MINUTE, type Minute } from './minute.ts'

/** An hour and its number since the epoch. */
export interface NumberedHour {
  number: number
  hour: Hour
}

/** Steps by their start. Their means are sums, in milliseconds, until `toHistorySteps`. */
export type StepSums = Map<number, HistoryStep>

/**
 * The steps of a range with any activity: the highest peak, the sum of the hits, and the mean over the whole step, or over
 * the part of it before `now`.
 */
export function rollUp(hours: Iterable<NumberedHour>, range: HistoryRange, now: number): HistoryStep[] {
  const sums: StepSums = new Map()
  const whole = { ...wholeSteps(range), step: range.step }
  for (const hour of hours) addHour(sums, hour, whole)
  return toHistorySteps(sums, range, now)
}

/** Adds the minutes of an hour that lie within a range. */
export function addHour(sums: StepSums, { number, hour }: NumberedHour, range: HistoryRange): void {
  for (const [index, minute] of hour) addMinute(sums, number * HOUR + index * MINUTE, minute, range)
}

/** Adds a minute that begins at `time`, if `time` is at or after `from` and before `to`. */
export function addMinute(sums: StepSums, time: number, minute: Minute, range: HistoryRange): void {
  const { from, to, step } = range
  if (time < from || time >= to) return
  addStep(sums, {
    time: time - (time % step),
    visitors: { peak: minute.visitorsPeak, mean: minute.visitorsTime },
    connections: { peak: minute.connectionsPeak, mean: minute.connectionsTime },
    hits: minute.hits,
  })
}

/** Adds a step, whose means are sums too. */
export function addStep(sums: StepSums, { time, visitors, connections, hits }: HistoryStep): void {
  const sum = sums.get(time) ?? emptyStep(time)
  sum.visitors.peak = Math.max(sum.visitors.peak, visitors.peak)
  sum.visitors.mean += visitors.mean
  sum.connections.peak = Math.max(sum.connections.peak, connections.peak)
  sum.connections.mean += connections.mean
  sum.hits += hits
  sums.set(time, sum)
}

/** Divides the sums by the length of their step, or by the part of it before `now`; oldest first. */
export function toHistorySteps(sums: StepSums, { step }: HistoryRange, now: number): HistoryStep[] {
  return [...sums.values()]
    .filter(({ visitors, connections, hits }) => visitors.peak > 0 || connections.peak > 0 || hits > 0)
    .toSorted((a, b) => a.time - b.time)
    .map(({ time, visitors, connections, hits }) => {
      const passed = now > time && now < time + step ? now - time : step
      const level = ({ peak, mean }: HistoryStep['visitors']) => ({
        peak,
        mean: Math.min(peak, mean / passed),
      })
      return { time, visitors: level(visitors), connections: level(connections), hits }
    })
}

/** A range extended to whole steps; `to` is the end of the last. */
export function wholeSteps({ from, to, step }: HistoryRange): { from: number; to: number } {
  return { from: Math.floor(from / step) * step, to: Math.ceil(to / step) * step }
}
