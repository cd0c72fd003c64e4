import type { Logger } from 'pino'
import { isPassingRoom } from '../widget/room.ts'
import type { HistoryStep } from '../widget/room-history.ts'
import type { History, HistoryRange, RoomRecord } from './history.ts'
import { type HistoryArchive, mergeRecords, type RecordRow, type RoomActivity } from './history-archive.ts'
import { DAY, HOUR, hourOf, MINUTE } from './minute.ts'
import { addMinute, addStep, type StepSums, toHistorySteps, wholeSteps } from './roll-up.ts'
import type { RoomMemory } from './room-directory.ts'
import { UNKNOWN_SINCE } from './room-table.ts'
import { SavedRecords } from './saved-records.ts'
import { StoreError } from './store-error.ts'
import { WatchedRoom } from './watched-room.ts'

/** The options of a history. */
export interface RecordedHistoryInit {
  archive: HistoryArchive
  /** Milliseconds after which hours are deleted. */
  retention: number
  log: Logger
  /** Whether other processes add to the archive, so that its records must be read again each time. @default false */
  isShared?: boolean
  /** @default Date.now */
  now?: () => number
}

/** Milliseconds between two rounds of saving: a killed process loses at most a minute. */
const SAVE_INTERVAL = 20_000
/** Rooms saved in one call: copying their activity to another thread takes about a millisecond. */
const SAVED_AT_ONCE = 200
/** Rooms whose activity is held until it is saved: hits of further rooms are not in the history. */
const MAX_ROOMS = 50_000
/** Minutes of one room that are held while saving fails: a day. */
const MAX_MINUTES = 1_440
/** Hours read in one call, while other calls wait. */
const READ_AT_ONCE = 1_000

/** The history of the rooms that one process sees, in an archive. */
export class RecordedHistory implements History, RoomMemory {
  readonly #archive: HistoryArchive
  readonly #retention: number
  readonly #log: Logger
  readonly #now: () => number
  /** Rooms that are watched, or have unsaved activity. */
  readonly #rooms = new Map<string, WatchedRoom>()
  /** Those that are new or whose record has changed since it was saved. */
  readonly #unlisted = new Set<WatchedRoom>()
  /** Activity that is being saved, by room. */
  #saving = new Map<string, RoomActivity>()
  readonly #records: SavedRecords
  #timer: NodeJS.Timeout | undefined
  #round: Promise<void> = Promise.resolve()
  #isFailing = false
  #closing: Promise<void> | undefined

  constructor({ archive, retention, log, isShared = false, now = Date.now }: RecordedHistoryInit) {
    this.#archive = archive
    this.#retention = retention
    this.#log = log
    this.#now = now
    this.#records = new SavedRecords(archive, this.#rooms, isShared)
  }

  note(room: string, { connections, visitors }: { connections: number; visitors: number }): void {
    this.#change(room, (watched, now) => watched.note(connections, visitors, now))
  }

  hit(room: string, amount: number): void {
    if (this.#rooms.size >= MAX_ROOMS && !this.#rooms.has(room)) return
    this.#change(room, (watched, now) => watched.hit(amount, now))
  }

  async read(room: string, range: HistoryRange): Promise<HistoryStep[]> {
    const now = this.#now()
    const whole = { ...wholeSteps(range), step: range.step }
    const first = hourOf(Math.max(whole.from, now - this.#retention))
    const end = hourOf(Math.min(whole.to, now)) + 1
    const sums: StepSums = new Map()
    for (let at = first; at < end; at += READ_AT_ONCE) {
      const part = partOf(whole, at, Math.min(at + READ_AT_ONCE, end))
      if (part) for (const step of await this.#archive.readSteps(room, part)) addStep(sums, step)
    }
    const kept = { ...whole, from: Math.max(whole.from, first * HOUR) }
    // In the turn of the event loop in which the newest hours were read, since only those change.
    for (const [number, minute] of this.#saving.get(room)?.minutes ?? [])
      addMinute(sums, number * MINUTE, minute, kept)
    const watched = this.#rooms.get(room)
    watched?.advance(now)
    for (const [number, minute] of watched?.minutes ?? []) addMinute(sums, number * MINUTE, minute, kept)
    return toHistorySteps(sums, range, now)
  }

  async record(room: string): Promise<RoomRecord> {
    const saved = await this.#records.read(room)
    this.#rooms.get(room)?.advance(this.#now())
    return this.#toRoomRecord(this.#newest(room, saved))
  }

  async peak(room: string): Promise<number> {
    const saved = await this.#records.read(room)
    return Math.max(saved?.peak ?? 0, this.#rooms.get(room)?.record.peak ?? 0)
  }

  peakNow(room: string): number | undefined {
    const saved = this.#records.known(room)
    if (saved === undefined) return undefined
    return Math.max(saved?.peak ?? 0, this.#rooms.get(room)?.record.peak ?? 0)
  }

  /**
   * Saves which rooms there are, and their peaks, as far as that has changed: little, however many are watched. Never
   * rejects.
   */
  async save(): Promise<void> {
    const unlisted = [...this.#unlisted].filter(({ isEmpty }) => !isEmpty)
    for (let at = 0; at < unlisted.length; at += SAVED_AT_ONCE) {
      const part = unlisted.slice(at, at + SAVED_AT_ONCE)
      for (const watched of part) this.#unlisted.delete(watched)
      const records = part.map(({ record }) => ({ ...record }))
      if (await this.#try(() => this.#archive.addRecords(records, this.#now())))
        for (const record of records) this.#records.noteSaved(record.room, record)
      else for (const watched of part) this.#unlisted.add(watched)
    }
  }

  /** Saves everything now, as far as that succeeds. Never rejects. */
  async saveAll(): Promise<void> {
    this.#round = this.#round.then(async () => void (await this.#saveAll()))
    await this.#round
  }

  /** The saved data of some rooms was deleted: reads it again when it is needed next. */
  forgetSaved(rooms: readonly string[]): void {
    for (const room of rooms) {
      if (this.#rooms.get(room)?.isWatched) this.#records.forget(room)
      else this.drop(room)
    }
  }

  /** Drops the unsaved data of a room. Returns whether there was anything. */
  drop(room: string): boolean {
    this.#records.forget(room)
    const watched = this.#rooms.get(room)
    if (!watched) return false
    this.#unlisted.delete(watched)
    return this.#rooms.delete(room)
  }

  close(): Promise<void> {
    this.#closing ??= this.#close()
    return this.#closing
  }

  async #close(): Promise<void> {
    clearTimeout(this.#timer)
    await this.#round
    if (await this.#saveAll()) return
    this.#log.error({ rooms: this.#rooms.size }, 'lost history that could not be saved')
    throw new StoreError(`the history of ${this.#rooms.size} rooms could not be saved, and is lost`)
  }

  /** The record of a room from its saved activity, the activity being saved, and the unsaved one. */
  #newest(room: string, saved: RecordRow | null | undefined): RecordRow | undefined {
    const watched = this.#rooms.get(room)
    const known = [saved, this.#saving.get(room)?.record, watched?.isEmpty ? undefined : watched?.record]
    return known.reduce<RecordRow | undefined>(
      (merged, record) => (record ? mergeRecords(merged, record) : merged),
      undefined,
    )
  }

  #toRoomRecord(record: RecordRow | undefined): RoomRecord {
    const isToday = record?.day === Math.floor(this.#now() / DAY)
    const { since, peak = 0, dayPeak = 0 } = record ?? {}
    return { since: since === UNKNOWN_SINCE ? undefined : since, peak, peakToday: isToday ? dayPeak : 0 }
  }

  #change(room: string, change: (watched: WatchedRoom, now: number) => void): void {
    if (this.#closing || isPassingRoom(room)) return
    const now = this.#now()
    const known = this.#rooms.get(room)
    const watched = known ?? new WatchedRoom(room, now)
    this.#rooms.set(room, watched)
    const { peak, day, dayPeak } = watched.record
    change(watched, now)
    const { record } = watched
    if (!known || record.peak !== peak || record.day !== day || record.dayPeak !== dayPeak)
      this.#unlisted.add(watched)
    this.#timer ??= this.#schedule()
  }

  #schedule(): NodeJS.Timeout {
    return setTimeout(() => {
      this.#round = this.#saveRound().finally(() => {
        this.#timer = this.#rooms.size === 0 || this.#closing ? undefined : this.#schedule()
      })
    }, SAVE_INTERVAL).unref()
  }

  async #saveRound(): Promise<void> {
    if (!(await this.#saveAll())) return
    if (Number.isFinite(this.#retention))
      await this.#try(() => this.#archive.deleteBefore(hourOf(this.#now() - this.#retention)))
  }

  /** Saves the activity of every room, part by part, until a part fails; returns whether everything is saved. */
  async #saveAll(): Promise<boolean> {
    const rooms = [...this.#rooms.keys()]
    for (let at = 0; at < rooms.length; at += SAVED_AT_ONCE)
      if (!(await this.#save(rooms.slice(at, at + SAVED_AT_ONCE)))) return false
    return true
  }

  async #save(rooms: readonly string[]): Promise<boolean> {
    const now = this.#now()
    const activity: RoomActivity[] = []
    for (const room of rooms) {
      const watched = this.#rooms.get(room)
      if (!this.#closing && watched?.isDue(now) === false) continue
      watched?.advance(now)
      const taken = watched?.take(this.#closing !== undefined)
      if (watched && taken) this.#unlisted.delete(watched)
      if (taken) activity.push(taken)
    }
    this.#saving = new Map(activity.map((each) => [each.record.room, each]))
    const isSaved = activity.length === 0 || (await this.#try(() => this.#archive.add(activity)))
    this.#saving = new Map()
    for (const each of activity) {
      const { room } = each.record
      if (isSaved) this.#records.noteSaved(room, each.record)
      else this.#restore(room, each)
    }
    if (!isSaved) return false
    for (const room of rooms) this.#forgetIfDone(room)
    return true
  }

  #forgetIfDone(room: string): void {
    const watched = this.#rooms.get(room)
    if (!watched?.isDone) return
    this.#rooms.delete(room)
    this.#unlisted.delete(watched)
    this.#records.keep(room, watched)
  }

  #restore(room: string, activity: RoomActivity): void {
    const watched = this.#rooms.get(room)
    if (watched) this.#unlisted.add(watched)
    watched?.restore(activity)
    watched?.keepNewest(MAX_MINUTES)
  }

  async #try(act: () => Promise<void>): Promise<boolean> {
    try {
      await act()
    } catch (error) {
      if (!this.#isFailing)
        this.#log.error({ error: (error as Error).message }, 'history write failed, will retry')
      this.#isFailing = true
      return false
    }
    if (this.#isFailing) this.#log.info('history writes succeed again')
    this.#isFailing = false
    return true
  }
}

/** The part of a range that lies within some hours; undefined if it is empty. */
function partOf(
  { from, to, step }: HistoryRange,
  firstHour: number,
  endHour: number,
): HistoryRange | undefined {
  const part = { from: Math.max(from, firstHour * HOUR), to: Math.min(to, endHour * HOUR), step }
  return part.from < part.to ? part : undefined
}
