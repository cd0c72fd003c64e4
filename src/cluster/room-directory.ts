import type { Logger } from 'pino'
import { DAY, HOUR } from './minute.ts'
import type { RoomFilter, RoomRange, RoomRow, RoomTable } from './room-table.ts'

/** A part that holds unsaved data of rooms in memory. */
export interface RoomMemory {
  /** Saves the data that lists of rooms show. Never rejects. */
  save(): Promise<void>
  /** Called when the saved data of some rooms was deleted. */
  forgetSaved(rooms: readonly string[]): void
  /** Drops the unsaved data of a room. Returns whether there was any. */
  drop(room: string): boolean
}

/** The options of a directory. */
export interface RoomDirectoryInit {
  table: RoomTable
  /** All parts that hold unsaved data. */
  memories: readonly RoomMemory[]
  /** Maximum of stored rooms that were never watched or written. @default no limit */
  maxRooms?: number | undefined
  /** Called with the number of deleted rooms. */
  onForgotten?: ((rooms: number) => void) | undefined
  log: Logger
  /** @default Date.now */
  now?: () => number
}

/** The lists of rooms: what a directory is used for. */
export type RoomLists = Pick<RoomDirectory, 'list' | 'read' | 'count' | 'widgets' | 'delete'>

/** Milliseconds after its last request until a room is deleted that was rarely requested and never watched. */
const IDLE_TIME = DAY
/** If there are too many rooms: milliseconds without activity until a room can be deleted although it was watched. */
const UNUSED_TIME = HOUR
/** Milliseconds between two searches for idle rooms. */
const FORGET_INTERVAL = 60_000

/**
 * Every room that was ever watched or requested: lists the current rooms, deletes single ones, and deletes unused ones.
 * Unsaved data is saved before a list is read, so that one table has all rooms: the cost is proportional to the changes,
 * and not to the number of rooms.
 */
export class RoomDirectory {
  readonly #table: RoomTable
  readonly #memories: readonly RoomMemory[]
  readonly #maxRooms: number
  readonly #onForgotten: (rooms: number) => void
  readonly #log: Logger
  readonly #now: () => number
  readonly #timer: NodeJS.Timeout
  /** Calls during the saving share it. */
  #saving: Promise<void> | undefined
  #forgetting: Promise<void> | undefined
  #isFailing = false
  #isClosed = false

  constructor({
    table,
    memories,
    maxRooms = Number.MAX_SAFE_INTEGER,
    onForgotten = () => {},
    log,
    now = Date.now,
  }: RoomDirectoryInit) {
    this.#table = table
    this.#memories = memories
    this.#maxRooms = maxRooms
    this.#onForgotten = onForgotten
    this.#log = log
    this.#now = now
    this.#timer = setInterval(() => void this.forgetIdle(), FORGET_INTERVAL).unref()
  }

  /** A range of sorted rooms. Rejects if the storage fails. */
  async list(range: Omit<RoomRange, 'today'>): Promise<RoomRow[]> {
    await this.#save()
    return this.#table.list({ ...range, today: this.#today() })
  }

  /** Some rooms by name, in any order, without unknown ones. */
  async read(rooms: readonly string[]): Promise<RoomRow[]> {
    if (rooms.length === 0) return []
    await this.#save()
    return this.#table.read(rooms, this.#today())
  }

  /** The number of rooms, and the sum of their requests. */
  async count(filter: RoomFilter): Promise<{ rooms: number; hits: number }> {
    await this.#save()
    return this.#table.count(filter)
  }

  /** The widgets with rooms other than the excluded ones, sorted. */
  async widgets(exclude: readonly string[]): Promise<string[]> {
    await this.#save()
    return this.#table.widgets(exclude)
  }

  /**
   * Deletes a room: its state, hits and history. Returns whether there was anything. A room that is in use at that time
   * starts again as a new one.
   */
  async delete(room: string): Promise<boolean> {
    const dropped = this.#memories.map((memory) => memory.drop(room))
    const wasSaved = await this.#table.delete(room)
    for (const memory of this.#memories) memory.forgetSaved([room])
    return wasSaved || dropped.includes(true)
  }

  /** Deletes unused rooms, part by part, with other work in between. Called once a minute. Never rejects. */
  forgetIdle(): Promise<void> {
    this.#forgetting ??= this.#forgetIdle().finally(() => {
      this.#forgetting = undefined
    })
    return this.#forgetting
  }

  /** Resolves when no work is active. Must be called before the storage closes. */
  async close(): Promise<void> {
    this.#isClosed = true
    clearInterval(this.#timer)
    await Promise.all([this.#forgetting, this.#saving])
  }

  async #forgetIdle(): Promise<void> {
    const now = this.#now()
    const idle = { before: now - IDLE_TIME, maxRooms: this.#maxRooms, unusedSince: now - UNUSED_TIME }
    const forgotten: string[] = []
    try {
      // A room that was just watched or written must not look idle.
      await this.#save()
      for (let isMore = true; isMore && !this.#isClosed; ) {
        const rooms = await this.#table.forget(idle)
        forgotten.push(...rooms)
        isMore = rooms.length > 0
      }
      this.#isFailing = false
    } catch (error) {
      if (!this.#isFailing)
        this.#log.error({ error: (error as Error).message }, 'cannot delete idle rooms, will retry')
      this.#isFailing = true
    }
    if (forgotten.length === 0) return
    for (const memory of this.#memories) memory.forgetSaved(forgotten)
    this.#onForgotten(forgotten.length)
  }

  #save(): Promise<void> {
    this.#saving ??= this.#saveAll().finally(() => {
      this.#saving = undefined
    })
    return this.#saving
  }

  async #saveAll(): Promise<void> {
    for (const memory of this.#memories) await memory.save()
  }

  #today(): number {
    return Math.floor(this.#now() / DAY)
  }
}
