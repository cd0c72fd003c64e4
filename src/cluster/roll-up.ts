import { emptyStep, type HistoryStep } from '../widget/room-history.ts'
import type { HistoryRange } from './history.ts'
import { HOUR, type Hour, MINUTE } from './minute.ts'

/** An hour, and which one it is since the epoch. */
export interface NumberedHour {
  number: number
  hour: Hour
}

/**
 * The steps of a range in which anything happened, from their minutes: peaks are the highest, hits the sum, means over
 * all of the step, or as much of it as has passed by `now`.
 */
export function rollUp(hours: Iterable<NumberedHour>, range: HistoryRange, now: number): HistoryStep[] {
  const { step } = range
  const { from, to } = wholeSteps(range)
  const steps = new Map<number, HistoryStep>()
  for (const { number, hour } of hours) {
    for (const [index, minute] of hour) {
      const begin = number * HOUR + index * MINUTE
      if (begin < from || begin >= to) continue
      const time = begin - (begin % step)
      const known = steps.get(time) ?? emptyStep(time)
      known.visitors.peak = Math.max(known.visitors.peak, minute.visitorsPeak)
      known.visitors.mean += minute.visitorsTime
      known.connections.peak = Math.max(known.connections.peak, minute.connectionsPeak)
      known.connections.mean += minute.connectionsTime
      known.hits += minute.hits
      steps.set(time, known)
    }
  }
  return [...steps.values()]
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

/** A range widened to whole steps; `to` is the end of the last. */
export function wholeSteps({ from, to, step }: HistoryRange): { from: number; to: number } {
  return { from: Math.floor(from / step) * step, to: Math.ceil(to / step) * step }
}
