export const MINUTE = 60_000
export const HOUR = 3_600_000
export const DAY = 86_400_000

/** What happened in a room during one minute. */
export interface Minute {
  visitorsPeak: number
  /** Milliseconds that all visitors watched, together. */
  visitorsTime: number
  connectionsPeak: number
  connectionsTime: number
  hits: number
}

/** The minutes of one hour in which anything happened, by their number from 0 to 59. */
export type Hour = Map<number, Minute>

/** A minute in which nothing happened yet. */
export function emptyMinute(): Minute {
  return { visitorsPeak: 0, visitorsTime: 0, connectionsPeak: 0, connectionsTime: 0, hits: 0 }
}

/** Which hour since the epoch a time is in. */
export function hourOf(time: number): number {
  return Math.floor(time / HOUR)
}

/** Which minute of its hour a time is in. */
export function minuteOf(time: number): number {
  return Math.floor(time / MINUTE) - hourOf(time) * 60
}
