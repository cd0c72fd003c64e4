export const MINUTE = 60_000
export const HOUR = 3_600_000
export const DAY = 86_400_000

/** What happened in a room during one minute. */
export interface Minute {
  visitorsPeak: number
  /** Milliseconds that all visitors watched, added up. */
  visitorsTime: number
  connectionsPeak: number
  connectionsTime: number
  hits: number
}

/** The minutes of one hour in which anything happened, by their number from 0 to 59. */
export type Hour = Map<number, Minute>

/** A minute in which nothing has happened yet. */
export function emptyMinute(): Minute {
  return { visitorsPeak: 0, visitorsTime: 0, connectionsPeak: 0, connectionsTime: 0, hits: 0 }
}

/** Adds what happened in one part of a minute to another part: times and hits add up, the higher peak stays. */
export function addToMinute(minute: Minute, other: Minute): void {
  minute.visitorsPeak = Math.max(minute.visitorsPeak, other.visitorsPeak)
  minute.visitorsTime += other.visitorsTime
  minute.connectionsPeak = Math.max(minute.connectionsPeak, other.connectionsPeak)
  minute.connectionsTime += other.connectionsTime
  minute.hits += other.hits
}

/** Whether nothing happened in a minute, or everything was taken back. */
export function isEmptyMinute({ connectionsPeak, hits }: Minute): boolean {
  return connectionsPeak === 0 && hits <= 0
}

/** The number of the hour since the epoch that a time is in. */
export function hourOf(time: number): number {
  return Math.floor(time / HOUR)
}
