import { quote } from '../errors.ts'

/** A count during one step of time. */
export interface Level {
  /** The maximum at any one time. */
  peak: number
  /** The average over the step, or over the part of it that has passed. */
  mean: number
}

/** The counts of a room during one step of time. */
export interface HistoryStep {
  /** When it began, in milliseconds since the epoch. */
  time: number
  visitors: Level
  connections: Level
  /** How often a picture of the room was requested. */
  hits: number
}

/** How far back a history goes. */
export type HistorySpan = 'hour' | 'day' | 'week'

/** A widget's request for a room's history. */
export interface HistoryRequest {
  /** `<widget>/<key>`. @default the picture's own */
  room?: string
  /** The last hour in steps of a minute, the last day in steps of ten, or the last week in steps of an hour. */
  span: HistorySpan
}

/** The counts of a room over the last hour, day or week, and its current ones. */
export interface RoomHistory {
  room: string
  /** When the first step began, in milliseconds since the epoch. */
  from: number
  /** When the last step, which is not over yet, ends. */
  to: number
  /** Length of each step, in milliseconds. */
  step: number
  /** Every step, oldest first; zeros for steps without viewers. */
  steps: HistoryStep[]
  /** Open picture streams now. */
  connections: number
  /** Distinct people among them. */
  visitors: number
  /** Maximum number of concurrent visitors since the room was first watched. */
  peak: number
  /** Maximum number of concurrent visitors since midnight UTC. */
  peakToday: number
  /** How often a picture of the room was ever requested. */
  hits: number
  /** When the room was first watched or requested, in milliseconds since the epoch: nothing is known of the time before. */
  since?: number | undefined
}

const MINUTE = 60_000

/** The length of each span and of its steps, in milliseconds. */
const HISTORY_SPANS: Readonly<Record<HistorySpan, { length: number; step: number }>> = {
  hour: { length: 60 * MINUTE, step: MINUTE },
  day: { length: 24 * 60 * MINUTE, step: 10 * MINUTE },
  week: { length: 7 * 24 * 60 * MINUTE, step: 60 * MINUTE },
}

/** A step without viewers. */
export function emptyStep(time: number): HistoryStep {
  return { time, visitors: { peak: 0, mean: 0 }, connections: { peak: 0, mean: 0 }, hits: 0 }
}

/**
 * The range of a span that ends with the current step, and the length of its steps.
 * @throws TypeError for another span.
 */
export function rangeOf(span: HistorySpan, now: number): Pick<RoomHistory, 'from' | 'to' | 'step'> {
  if (!Object.hasOwn(HISTORY_SPANS, String(span)))
    throw new TypeError(
      `Expected \`span\` to be one of ${Object.keys(HISTORY_SPANS).join(', ')}, got ${quote(span)}`,
    )
  const { length, step } = HISTORY_SPANS[span]
  const to = (Math.floor(now / step) + 1) * step
  return { from: to - length, to, step }
}

/** A span without viewers that ends with the current step. */
export function emptyHistory(
  span: HistorySpan,
  now: number,
): Pick<RoomHistory, 'from' | 'to' | 'step' | 'steps'> {
  return withEveryStep({ ...rangeOf(span, now), steps: [] })
}

/** Adds an empty step wherever a history has none. */
export function withEveryStep<T extends Pick<RoomHistory, 'from' | 'to' | 'step' | 'steps'>>(history: T): T {
  const { from, to, step, steps } = history
  const known = new Map(steps.map((each) => [each.time, each]))
  const length = Math.round((to - from) / step)
  const every = Array.from({ length }, (_, index) => {
    const time = from + index * step
    return known.get(time) ?? emptyStep(time)
  })
  return { ...history, steps: every }
}
