import type { RecordRow } from './history-archive.ts'
import { DAY, emptyMinute, type Hour, hourOf, MINUTE, type Minute, minuteOf } from './minute.ts'

/** What a watched room begins with. */
export interface WatchedRoomInit {
  record: RecordRow
  /** Milliseconds since the epoch. */
  now: number
  /** What is known of an hour already: of before a restart, or of before the clock was put back. */
  load(hour: number): Hour
  /** Told when time went on to another hour, with all that the last one had. */
  onHour(hour: number, minutes: Hour): void
}

/** Longer than any two looks at the clock are apart: the clock was put forward, or the machine slept. */
const LONGEST = 2 * MINUTE

/** One room while it is watched: turns counts that change into minutes. */
export class WatchedRoom {
  readonly record: RecordRow
  /** Something is not written yet. */
  isChanged = true
  readonly #load: WatchedRoomInit['load']
  readonly #onHour: WatchedRoomInit['onHour']
  #hourNumber: number
  #hour: Hour
  #connections = 0
  #visitors = 0
  /** How far it is recorded. */
  #at: number

  constructor({ record, now, load, onHour }: WatchedRoomInit) {
    this.record = record
    this.#load = load
    this.#onHour = onHour
    this.#at = now
    this.#hourNumber = hourOf(now)
    this.#hour = load(this.#hourNumber)
  }

  get isWatched(): boolean {
    return this.#connections > 0
  }

  /** Nothing has happened in the hour, or all was taken back. */
  get isEmpty(): boolean {
    return [...this.#hour.values()].every(({ connectionsPeak, hits }) => connectionsPeak === 0 && hits <= 0)
  }

  /** Which hour is being recorded, since the epoch. */
  get hourNumber(): number {
    return this.#hourNumber
  }

  get hour(): Hour {
    return this.#hour
  }

  note(connections: number, visitors: number, now: number): void {
    this.advance(now)
    this.#connections = connections
    this.#visitors = visitors
    if (connections > 0) this.#add(now, 0)
  }

  hit(amount: number, now: number): void {
    this.advance(now)
    this.#minuteAt(now).hits += amount
    this.isChanged = true
  }

  /** Records that nothing has changed up to now. */
  advance(now: number): void {
    // Of time that a jumping clock left out or went through twice nothing is known.
    if (now < this.#at || now - this.#at > LONGEST) this.#at = now
    while (this.#at < now) {
      const end = Math.min(now, (Math.floor(this.#at / MINUTE) + 1) * MINUTE)
      if (this.isWatched) this.#add(this.#at, end - this.#at)
      this.#at = end
    }
  }

  #add(time: number, duration: number): void {
    const minute = this.#minuteAt(time)
    minute.visitorsPeak = Math.max(minute.visitorsPeak, this.#visitors)
    minute.connectionsPeak = Math.max(minute.connectionsPeak, this.#connections)
    minute.visitorsTime += this.#visitors * duration
    minute.connectionsTime += this.#connections * duration
    this.isChanged = true
    this.#raise(Math.floor(time / DAY))
  }

  #raise(day: number): void {
    const { record } = this
    record.peak = Math.max(record.peak, this.#visitors)
    // A clock that is put back over midnight does not end the new day.
    if (day < record.day) return
    record.dayPeak = record.day === day ? Math.max(record.dayPeak, this.#visitors) : this.#visitors
    record.day = day
  }

  #minuteAt(time: number): Minute {
    const number = hourOf(time)
    if (number !== this.#hourNumber) {
      if (!this.isEmpty) this.#onHour(this.#hourNumber, this.#hour)
      this.#hourNumber = number
      this.#hour = this.#load(number)
    }
    const index = minuteOf(time)
    const minute = this.#hour.get(index) ?? emptyMinute()
    this.#hour.set(index, minute)
    return minute
  }
}
