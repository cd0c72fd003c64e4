import type { RecordRow, RoomActivity } from './history-archive.ts'
import { PART } from './hour-code.ts'
import { addToMinute, DAY, emptyMinute, isEmptyMinute, MINUTE, type Minute } from './minute.ts'

/** Two readings of the clock are closer than this, unless it was set forward or the machine slept. */
const MAX_GAP = 2 * MINUTE
/** Milliseconds between two savings of a room in which nothing happens but time. */
const QUIET_INTERVAL = 40_000

/** One watched room: turns changing counts into minutes, and holds those until they are saved. */
export class WatchedRoom {
  /** The peaks since this process started to watch the room. */
  readonly record: RecordRow
  /** The room's record as it is saved, null if it has none; undefined where that is not known. */
  saved: RecordRow | null | undefined
  /** The unsaved minutes, by number since the epoch. */
  readonly #minutes = new Map<number, Minute>()
  #isChanged = false
  /** Whether anything but time has changed the activity since it was taken. */
  #hasEvents = false
  #takenAt = Number.NEGATIVE_INFINITY
  #connections = 0
  #visitors = 0
  /** Everything before this time is recorded. */
  #at: number

  constructor(room: string, now: number) {
    this.record = { room, since: now, peak: 0, day: 0, dayPeak: 0 }
    this.#at = now
  }

  /** Whether it has viewers, or readers of stills who count as visitors. */
  get isWatched(): boolean {
    return this.#connections > 0 || this.#visitors > 0
  }

  /** Whether there is no unsaved activity, or all of it was taken back. */
  get isEmpty(): boolean {
    return this.record.peak === 0 && [...this.#minutes.values()].every(isEmptyMinute)
  }

  /** Whether the room has no viewers, and everything is saved. */
  get isDone(): boolean {
    return !this.isWatched && !this.#isChanged
  }

  /** The unsaved minutes, by number since the epoch. */
  get minutes(): ReadonlyMap<number, Minute> {
    return this.#minutes
  }

  /** Whether the activity should be saved now: at once after an event, and now and then without one. */
  isDue(now: number): boolean {
    return this.#hasEvents || Math.abs(now - this.#takenAt) >= QUIET_INTERVAL
  }

  note(connections: number, visitors: number, now: number): void {
    this.advance(now)
    this.#hasEvents = true
    this.#connections = connections
    this.#visitors = visitors
    if (this.isWatched) this.#add(now, 0)
  }

  hit(amount: number, now: number): void {
    this.advance(now)
    this.#minuteAt(now).hits += amount
    this.#isChanged = true
    this.#hasEvents = true
  }

  /** Records the unchanged counts up to now. */
  advance(now: number): void {
    // Time that the clock skipped or repeated is not recorded.
    if (now < this.#at || now - this.#at > MAX_GAP) this.#at = now
    while (this.#at < now) {
      const end = Math.min(now, (Math.floor(this.#at / MINUTE) + 1) * MINUTE)
      if (this.isWatched) this.#add(this.#at, end - this.#at)
      this.#at = end
    }
  }

  /**
   * Takes the activity to save; undefined if there is none. Saved times are whole parts of a minute: the remainder of the
   * current minute stays here, so that saving it in pieces gives the same sum.
   * @param isFinal whether this is the last call, so that the remainder is rounded.
   */
  take(isFinal: boolean): RoomActivity | undefined {
    if (!this.#isChanged) return undefined
    this.#isChanged = false
    this.#hasEvents = false
    this.#takenAt = this.#at
    const current = this.isWatched && !isFinal ? Math.floor(this.#at / MINUTE) : undefined
    const minutes: RoomActivity['minutes'] = []
    for (const [number, minute] of [...this.#minutes]) {
      this.#minutes.delete(number)
      const saved = { ...minute, ...mapTimes(minute, number === current ? Math.floor : Math.round) }
      minutes.push([number, saved])
      if (number === current) this.#minutes.set(number, restOf(minute, saved))
    }
    const isNothing = minutes.every(([, { visitorsPeak, hits }]) => visitorsPeak === 0 && hits === 0)
    return isNothing ? undefined : { record: { ...this.record }, minutes }
  }

  /** Takes back activity that could not be saved. */
  restore({ minutes }: RoomActivity): void {
    for (const [number, minute] of minutes) {
      const known = this.#minutes.get(number) ?? emptyMinute()
      addToMinute(known, minute)
      this.#minutes.set(number, known)
    }
    this.#isChanged = true
    this.#hasEvents = true
  }

  /** Keeps only the `count` newest unsaved minutes. */
  keepNewest(count: number): void {
    const numbers = [...this.#minutes.keys()].sort((a, b) => b - a)
    for (const number of numbers.slice(count)) this.#minutes.delete(number)
  }

  #add(time: number, duration: number): void {
    const minute = this.#minuteAt(time)
    minute.visitorsPeak = Math.max(minute.visitorsPeak, this.#visitors)
    minute.connectionsPeak = Math.max(minute.connectionsPeak, this.#connections)
    minute.visitorsTime += this.#visitors * duration
    minute.connectionsTime += this.#connections * duration
    this.#isChanged = true
    this.#raisePeaks(Math.floor(time / DAY))
  }

  #raisePeaks(day: number): void {
    const { record } = this
    record.peak = Math.max(record.peak, this.#visitors)
    // A clock that is set back over midnight does not end the new day.
    if (day < record.day) return
    record.dayPeak = record.day === day ? Math.max(record.dayPeak, this.#visitors) : this.#visitors
    record.day = day
  }

  #minuteAt(time: number): Minute {
    const number = Math.floor(time / MINUTE)
    const minute = this.#minutes.get(number) ?? emptyMinute()
    this.#minutes.set(number, minute)
    return minute
  }
}

function mapTimes(
  { visitorsTime, connectionsTime }: Minute,
  round: (parts: number) => number,
): Pick<Minute, 'visitorsTime' | 'connectionsTime'> {
  return {
    visitorsTime: round(visitorsTime / PART) * PART,
    connectionsTime: round(connectionsTime / PART) * PART,
  }
}

function restOf(minute: Minute, saved: Minute): Minute {
  return {
    ...minute,
    visitorsTime: minute.visitorsTime - saved.visitorsTime,
    connectionsTime: minute.connectionsTime - saved.connectionsTime,
    hits: 0,
  }
}
