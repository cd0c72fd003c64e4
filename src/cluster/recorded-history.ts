import { setImmediate as nextTurn } from 'node:timers/promises'
import type { Logger } from 'pino'
import type { HistoryStep } from '../widget/room-history.ts'
import type { History, HistoryRange, RoomRecord } from './history.ts'
import type { HistoryArchive, HourRow, RecordRow } from './history-archive.ts'
import { decodeHour, encodeHour } from './hour-code.ts'
import { DAY, type Hour, hourOf } from './minute.ts'
import { readInParts } from './read-in-parts.ts'
import { rollUp, wholeSteps } from './roll-up.ts'
import { WatchedRoom } from './watched-room.ts'

/** What a history is made of. */
export interface RecordedHistoryInit {
  archive: HistoryArchive
  /** Milliseconds after which hours are forgotten. */
  retention: number
  log: Logger
  /** @default Date.now */
  now?: () => number
}

/** Milliseconds from one round of writing to the next: a killed process loses no more than a minute. */
const WRITE_INTERVAL = 20_000
/** Rooms written at a time, with a pause between, as nothing else can happen meanwhile: 10 ms or so. */
const WRITTEN_AT_ONCE = 100
const WRITE_PAUSE = 20
/** Rooms that are held until they are written: more hits than that are not in the history. */
const MOST_ROOMS = 50_000
/** Hours read at a time, a week and some: nothing else can happen meanwhile. */
const READ_AT_ONCE = 200
/** Finished hours that may wait for a disk that takes nothing. */
const MOST_WAITING = 100_000

/** The history of one process's rooms, in an archive of its own. */
export class RecordedHistory implements History {
  readonly #archive: HistoryArchive
  readonly #retention: number
  readonly #log: Logger
  readonly #now: () => number
  /** Rooms that are watched, or whose last words are not written yet. */
  readonly #rooms = new Map<string, WatchedRoom>()
  /** Hours that are over and not written yet. */
  readonly #waiting = new Map<string, HourRow>()
  /** What is left to be written in this round. */
  #round: string[] = []
  #timer: NodeJS.Timeout | undefined
  #isFailing = false
  #isClosed = false

  constructor({ archive, retention, log, now = Date.now }: RecordedHistoryInit) {
    this.#archive = archive
    this.#retention = retention
    this.#log = log
    this.#now = now
  }

  note(room: string, { connections, visitors }: { connections: number; visitors: number }): void {
    this.#change(room, (watched, now) => watched.note(connections, visitors, now))
  }

  hit(room: string, amount: number): void {
    if (this.#rooms.size >= MOST_ROOMS && !this.#rooms.has(room)) return
    this.#change(room, (watched, now) => watched.hit(amount, now))
  }

  async read(room: string, range: HistoryRange): Promise<HistoryStep[]> {
    const now = this.#now()
    const { from, to } = wholeSteps(range)
    const [first, end] = [hourOf(Math.max(from, now - this.#retention)), hourOf(Math.min(to, now)) + 1]
    const known = new Map<number, Hour>()
    for (let at = first; at < end; at += READ_AT_ONCE) {
      if (at > first) await nextTurn()
      const rows = this.#archive.readHours(room, at, Math.min(at + READ_AT_ONCE, end))
      for (const { hour, minutes } of rows) known.set(hour, decodeHour(minutes))
    }
    // In the same turn as the newest hours, which are the only ones that change.
    const watched = this.#rooms.get(room)
    watched?.advance(now)
    for (const row of this.#waiting.values())
      if (row.room === room) known.set(row.hour, decodeHour(row.minutes))
    // Encoded, so that it says the same before it is written and after.
    if (watched) known.set(watched.hourNumber, decodeHour(encodeHour(watched.hour)))
    const hours = [...known]
      .filter(([number]) => number >= first && number < end)
      .map(([number, hour]) => ({ number, hour }))
    return rollUp(hours, range, now)
  }

  async record(room: string): Promise<RoomRecord> {
    return this.#toRoomRecord(this.#newest(room) ?? this.#archive.readRecord(room))
  }

  async peak(room: string): Promise<number> {
    const { peak = 0 } = this.#rooms.get(room)?.record ?? this.#archive.readRecord(room) ?? {}
    return peak
  }

  async *records(): AsyncGenerator<RoomRecord & { room: string }> {
    for (const room of this.#rooms.keys()) this.#newest(room)
    const records = readInParts<RecordRow>({
      read: (after, most) => this.#archive.readRecords(after, most),
      keyOf: ({ room }) => room,
      newer: () => [...this.#rooms].map(([room, { record }]) => [room, record] as const),
    })
    for await (const record of records) yield { room: record.room, ...this.#toRoomRecord(record) }
  }

  async close(): Promise<void> {
    if (this.#isClosed) return
    this.#isClosed = true
    clearTimeout(this.#timer)
    this.#round = [...this.#rooms.keys()]
    while (this.#round.length > 0 && this.#write());
    if (this.#isFailing)
      this.#log.error({ rooms: this.#rooms.size }, 'lost history that could not be written')
  }

  /** The record of a room that is watched, with those who watch since midnight among today's. */
  #newest(room: string): RecordRow | undefined {
    const watched = this.#rooms.get(room)
    watched?.advance(this.#now())
    return watched?.record
  }

  #toRoomRecord(record: RecordRow | undefined): RoomRecord {
    const isToday = record?.day === Math.floor(this.#now() / DAY)
    const { since, peak = 0, dayPeak = 0 } = record ?? {}
    return { since, peak, peakToday: isToday ? dayPeak : 0 }
  }

  #change(room: string, change: (watched: WatchedRoom, now: number) => void): void {
    if (this.#isClosed) return
    try {
      const now = this.#now()
      const watched = this.#rooms.get(room) ?? this.#begin(room, now)
      change(watched, now)
      this.#timer ??= this.#schedule(WRITE_INTERVAL)
    } catch (error) {
      this.#log.error({ room, error: (error as Error).message }, 'cannot record the history of a room')
    }
  }

  #begin(room: string, now: number): WatchedRoom {
    const record = this.#archive.readRecord(room) ?? { room, since: now, peak: 0, day: 0, dayPeak: 0 }
    const watched = new WatchedRoom({
      record: { ...record },
      now,
      load: (hour) => {
        const row = this.#waiting.get(idOf(room, hour)) ?? this.#archive.readHours(room, hour, hour + 1)[0]
        return row ? decodeHour(row.minutes) : new Map()
      },
      onHour: (hour, minutes) => this.#wait({ room, hour, minutes: encodeHour(minutes) }),
    })
    this.#rooms.set(room, watched)
    return watched
  }

  #wait(row: HourRow): void {
    this.#waiting.set(idOf(row.room, row.hour), row)
    const [oldest] = this.#waiting.size > MOST_WAITING ? this.#waiting.keys() : []
    if (oldest !== undefined) this.#waiting.delete(oldest)
  }

  #schedule(delay: number): NodeJS.Timeout {
    return setTimeout(() => {
      if (this.#round.length === 0) this.#round = [...this.#rooms.keys()]
      const isWritten = this.#write()
      if (!isWritten) this.#round = []
      const isOver = this.#round.length === 0
      if (isOver && isWritten) this.#forget()
      this.#timer = this.#rooms.size === 0 ? undefined : this.#schedule(isOver ? WRITE_INTERVAL : WRITE_PAUSE)
    }, delay).unref()
  }

  /** Writes a part of the round; answers whether that could be done. */
  #write(): boolean {
    const now = this.#now()
    const rooms = this.#round.slice(0, WRITTEN_AT_ONCE).flatMap((room) => this.#rooms.get(room) ?? [])
    for (const watched of rooms) watched.advance(now)
    const changed = rooms.filter(({ isChanged, isEmpty }) => isChanged && !isEmpty)
    // One without its room's record would be lost: both are there, as long as a room is held until it is written.
    const over = [...this.#waiting.values()]
    const running = changed.map(
      ({ record, hourNumber, hour }): HourRow => ({
        room: record.room,
        hour: hourNumber,
        minutes: encodeHour(hour),
      }),
    )
    const records = new Map(changed.map(({ record }) => [record.room, record]))
    for (const { room } of over) {
      const record = this.#rooms.get(room)?.record
      if (record) records.set(room, record)
    }
    if (!this.#try(() => this.#archive.write([...over, ...running], [...records.values()]))) return false
    this.#waiting.clear()
    for (const watched of rooms) {
      watched.isChanged = false
      if (!watched.isWatched) this.#rooms.delete(watched.record.room)
    }
    this.#round = this.#round.slice(WRITTEN_AT_ONCE)
    return true
  }

  #forget(): void {
    if (Number.isFinite(this.#retention))
      this.#try(() => this.#archive.deleteBefore(hourOf(this.#now() - this.#retention)))
  }

  #try(act: () => void): boolean {
    try {
      act()
    } catch (error) {
      if (!this.#isFailing)
        this.#log.error({ error: (error as Error).message }, 'cannot write the history, trying on')
      this.#isFailing = true
      return false
    }
    if (this.#isFailing) this.#log.info('the history is written again')
    this.#isFailing = false
    return true
  }
}

function idOf(room: string, hour: number): string {
  return `${hour}\n${room}`
}
