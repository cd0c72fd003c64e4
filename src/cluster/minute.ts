export const MINUTE = 60_000
export const HOUR = 3_600_000
export const DAY = 86_400_000

/** The activity of a room during one minute. */
export interface Minute {
  visitorsPeak: number
  /** The sum of the milliseconds that all visitors watched. */
  visitorsTime: number
  connectionsPeak: number
  connectionsTime: number
  hits: number
}

/** The minutes of one hour with any activity, by their number from 0 to 59. */
export type Hour = Map<number, Minute>

/** A minute without activity. */
export function emptyMinute(): Minute {
  return { visitorsPeak: 0, visitorsTime: 0, connectionsPeak: 0, connectionsTime: 0, hits: 0 }
}

/** Merges the activity of two parts of a minute: times and hits are added, the higher peak stays. */
export function addToMinute(minute: Minute, other: Minute): void {
  minute.visitorsPeak = Math.max(minute.visitorsPeak, other.visitorsPeak)
  minute.visitorsTime += other.visitorsTime
  minute.connectionsPeak = Math.max(minute.connectionsPeak, other.connectionsPeak)
  minute.connectionsTime += other.connectionsTime
  minute.hits += other.hits
}

/** Whether a minute had no activity, or all of it was taken back. */
export function isEmptyMinute({ visitorsPeak, hits }: Minute): boolean {
  return visitorsPeak === 0 && hits <= 0
}

/** The hour of a time, in hours since the epoch. */
export function hourOf(time: number): number {
  return Math.floor(time / HOUR)
}
