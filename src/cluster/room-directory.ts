import type { Logger } from 'pino'
import { DAY, HOUR } from './minute.ts'
import type { RoomFilter, RoomRange, RoomRow, RoomTable } from './room-table.ts'

/** What keeps a part of what is known of rooms in memory, and saves it. */
export interface RoomMemory {
  /** Saves what lists of rooms show. Never rejects. */
  save(): Promise<void>
  /** What was saved of some rooms is gone. */
  forgetSaved(rooms: readonly string[]): void
  /** Drops what is not saved of a room. Returns whether there was anything. */
  drop(room: string): boolean
}

/** What a directory is made of. */
export interface RoomDirectoryInit {
  table: RoomTable
  /** Everything in front of the table. */
  memories: readonly RoomMemory[]
  /** How many rooms are kept, apart from those that were watched or written. @default any number */
  maxRooms?: number | undefined
  /** Called with the number of rooms that were forgotten. */
  onForgotten?: ((rooms: number) => void) | undefined
  log: Logger
  /** @default Date.now */
  now?: () => number
}

/** A room that was hardly requested, and by nobody watched, is forgotten when nobody has requested it for this long. */
const IDLE_TIME = DAY
/** Where there are too many rooms: how long nothing has happened in a room that may go although it was watched. */
const UNUSED_TIME = HOUR
/** Milliseconds from one search for idle rooms to the next. */
const FORGET_INTERVAL = 60_000

/**
 * Every room that was ever watched or requested: lists them as they are now, deletes them, and forgets those that nobody
 * needs. What is not saved yet is saved before a list, so that one place knows all rooms: that costs in proportion to what
 * has changed, and not to how many rooms there are.
 */
export class RoomDirectory {
  readonly #table: RoomTable
  readonly #memories: readonly RoomMemory[]
  readonly #maxRooms: number
  readonly #onForgotten: (rooms: number) => void
  readonly #log: Logger
  readonly #now: () => number
  readonly #timer: NodeJS.Timeout
  /** All calls that come while it is under way share it. */
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

  /** Some rooms in an order. Rejects if the storage fails. */
  async list(range: Omit<RoomRange, 'today'>): Promise<RoomRow[]> {
    await this.#save()
    return this.#table.list({ ...range, today: this.#today() })
  }

  /** Some rooms by name, in any order; those that are not known are left out. */
  async read(rooms: readonly string[]): Promise<RoomRow[]> {
    if (rooms.length === 0) return []
    await this.#save()
    return this.#table.read(rooms, this.#today())
  }

  /** How many rooms there are, and how often they were requested. */
  async count(filter: RoomFilter): Promise<{ rooms: number; hits: number }> {
    await this.#save()
    return this.#table.count(filter)
  }

  /** The widgets that have other rooms than the excluded ones, in their order. */
  async widgets(exclude: readonly string[]): Promise<string[]> {
    await this.#save()
    return this.#table.widgets(exclude)
  }

  /**
   * Deletes a room for good: its state, hits and history. Returns whether there was anything. A room that is in use at
   * that time is a new one afterwards.
   */
  async delete(room: string): Promise<boolean> {
    const dropped = this.#memories.map((memory) => memory.drop(room))
    const wasSaved = await this.#table.delete(room)
    for (const memory of this.#memories) memory.forgetSaved([room])
    return wasSaved || dropped.includes(true)
  }

  /** Forgets the rooms that may be forgotten, part by part, with other work in between. Called once a minute. Never rejects. */
  forgetIdle(): Promise<void> {
    this.#forgetting ??= this.#forgetIdle().finally(() => {
      this.#forgetting = undefined
    })
    return this.#forgetting
  }

  /** Resolves when nothing is under way. Must be called before the storage closes. */
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
      // A room that was watched or written a moment ago must not look idle.
      await this.#save()
      for (let isMore = true; isMore && !this.#isClosed; ) {
        const rooms = await this.#table.forget(idle)
        forgotten.push(...rooms)
        isMore = rooms.length > 0
      }
      this.#isFailing = false
    } catch (error) {
      if (!this.#isFailing)
        this.#log.error({ error: (error as Error).message }, 'cannot forget idle rooms, will retry')
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
