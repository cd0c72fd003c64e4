/** How many there were during a step of time. */
export interface Level {
  /** The most at once. */
  peak: number
  /** Over all of the step, or of as much of it as has passed. */
  mean: number
}

/** What happened in a room during one step of time. */
export interface HistoryStep {
  /** When it began, in milliseconds since the epoch. */
  time: number
  visitors: Level
  connections: Level
  /** How often a picture of the room was asked for. */
  hits: number
}

/** How far back widgets look. */
export type HistorySpan = 'hour' | 'day' | 'week'

/** Which room's history a widget asks for. */
export interface HistoryRequest {
  /** `<widget>/<key>`. @default the picture's own */
  room?: string
  /** The last hour in steps of a minute, the last day in steps of ten, or the last week in steps of an hour. */
  span: HistorySpan
}

/** A room over the last hour, day or week, and as it is now. */
export interface RoomHistory {
  room: string
  /** When the first step began, in milliseconds since the epoch. */
  from: number
  /** When the last one, which is not over yet, ends. */
  to: number
  /** Milliseconds of each. */
  step: number
  /** Every step, the oldest first; zeros where nobody watched. */
  steps: HistoryStep[]
  /** Open picture streams now. */
  connections: number
  /** Distinct people among them. */
  visitors: number
  /** The most visitors at once since the room was first watched. */
  peak: number
  /** The most visitors at once since midnight in UTC. */
  peakToday: number
  /** How often a picture of the room was asked for, ever. */
  hits: number
}

const MINUTE = 60_000

/** How long each span is, and each of its steps, in milliseconds. */
export const HISTORY_SPANS: Readonly<Record<HistorySpan, { length: number; step: number }>> = {
  hour: { length: 60 * MINUTE, step: MINUTE },
  day: { length: 24 * 60 * MINUTE, step: 10 * MINUTE },
  week: { length: 7 * 24 * 60 * MINUTE, step: 60 * MINUTE },
}

/** A step in which nobody watched. */
export function emptyStep(time: number): HistoryStep {
  return { time, visitors: { peak: 0, mean: 0 }, connections: { peak: 0, mean: 0 }, hits: 0 }
}

/** A span up to now, the step that is not over yet included, in which nobody watched. */
export function emptyHistory(
  span: HistorySpan,
  now: number,
): Pick<RoomHistory, 'from' | 'to' | 'step' | 'steps'> {
  const { length, step } = HISTORY_SPANS[span]
  const to = (Math.floor(now / step) + 1) * step
  const from = to - length
  return {
    from,
    to,
    step,
    steps: Array.from({ length: length / step }, (_, index) => emptyStep(from + index * step)),
  }
}
