import type { Logger } from 'pino'
import type { Bus } from '../cluster/bus.ts'
import type { Store } from '../cluster/store.ts'
import { readStatus } from '../picture/badge/status-content.ts'
import { addTime, isSameLevel, readUptime } from '../picture/badge/uptime.ts'
import { parseDuration } from '../widget/duration.ts'
import type { StatusRooms } from './status-rooms.ts'
import { BADGE, type Status } from './status-schema.ts'

/** A status as it is stored: with the times at which it is late and down unless it is set again. */
export type TimedStatus = Status & { lateAt?: number; downAt?: number }

/** The parts that statuses work with. */
export interface StatusesInit {
  rooms: StatusRooms
  store: Store
  bus: Bus
  log: Logger
  /** Milliseconds since the epoch. @default the clock */
  now?: () => number
}

/** The name under which a room stores its status by day. */
export const UPTIME = '$days'
/** A timer cannot wait longer than 24.8 days. */
const LONGEST_WAIT = 86_400_000

/** Sets statuses, records their state by day, and redraws the pictures of statuses that are not set again in time. */
export class Statuses {
  /** The rooms that store them. */
  readonly rooms: StatusRooms
  readonly #init: StatusesInit
  readonly #now: () => number
  readonly #unsubscribe: readonly (() => void)[]
  /** The times at which a status is late and down, by room. */
  readonly #dues = new Map<string, number[]>()
  #timer: NodeJS.Timeout | undefined
  #timerAt = Number.POSITIVE_INFINITY

  constructor(init: StatusesInit) {
    this.#init = init
    this.rooms = init.rooms
    this.#now = init.now ?? Date.now
    const { rooms, bus, log } = init
    const follow = (reading: Promise<void>) =>
      void reading.catch((error: Error) => log.error({ error: error.message }, 'cannot read statuses again'))
    this.#unsubscribe = [
      bus.subscribe((room, change) => {
        if (change === 'state' && rooms.has(room)) follow(this.#follow(room))
      }),
      bus.onReconnect(() => follow(this.load())),
    ]
  }

  /** Reads the statuses that can be late, including those from before the last stop. */
  async load(): Promise<void> {
    for await (const [room, stored] of this.#init.store.list(BADGE))
      if (this.rooms.has(room)) this.#note(room, stored)
    this.#schedule()
  }

  /** Sets a status. Every open picture of it changes. Rejects with a `PublicError` 503 if it cannot be saved. */
  async set(key: string, status: Status, { durable = false } = {}): Promise<void> {
    const { store } = this.#init
    const room = this.rooms.of(key)
    const timed = toTimed(status, this.#now())
    // Both before the status: its pictures are drawn as soon as that is there.
    await this.#addTime(room, timed)
    await store.set(room, BADGE, timed, { durable })
  }

  /** Returns a status; undefined if none is set. */
  async get(key: string): Promise<Status | undefined> {
    const stored = await this.#init.store.get(this.rooms.of(key), BADGE)
    return stored === undefined ? undefined : toStatus(stored)
  }

  /** The message that the pictures of a stored status show: also that it was not set again in time. */
  messageOf(stored: unknown): string {
    return readStatus(stored, '', this.#now()).message
  }

  /** Deletes a status and how it was. Returns whether there was one. */
  async delete(key: string): Promise<boolean> {
    const { store } = this.#init
    const room = this.rooms.of(key)
    await store.delete(room, UPTIME)
    return store.delete(room, BADGE, { durable: true })
  }

  close(): void {
    for (const unsubscribe of this.#unsubscribe) unsubscribe()
    clearTimeout(this.#timer)
  }

  async #addTime(room: string, next: TimedStatus): Promise<void> {
    const { store } = this.#init
    const [before, stored] = await Promise.all([store.get(room, BADGE), store.get(room, UPTIME)])
    const now = this.#now()
    const uptime = readUptime(stored)
    // Written only when the level changes: a heartbeat every second would write all days every second.
    if (uptime && isSameLevel(before, next, now)) return
    await store.set(room, UPTIME, addTime(uptime ?? { since: now, days: {} }, before, now))
  }

  async #follow(room: string): Promise<void> {
    this.#note(room, await this.#init.store.get(room, BADGE))
    this.#schedule()
  }

  #note(room: string, stored: unknown): void {
    const { lateAt, downAt } = (stored ?? {}) as Partial<TimedStatus>
    const dues = [lateAt, downAt].filter((due) => typeof due === 'number' && due > this.#now())
    if (dues.length === 0) this.#dues.delete(room)
    else this.#dues.set(room, dues as number[])
  }

  #schedule(): void {
    const next = Math.min(...[...this.#dues.values()].map(([due = Number.POSITIVE_INFINITY]) => due))
    if (next === this.#timerAt) return
    clearTimeout(this.#timer)
    this.#timerAt = next
    if (next === Number.POSITIVE_INFINITY) return
    const wait = Math.min(Math.max(0, next - this.#now()), LONGEST_WAIT)
    this.#timer = setTimeout(() => this.#onTimer(), Math.ceil(wait)).unref()
  }

  #onTimer(): void {
    this.#timerAt = Number.POSITIVE_INFINITY
    const now = this.#now()
    for (const [room, dues] of this.#dues) {
      const later = dues.filter((due) => due > now)
      if (later.length === dues.length) continue
      if (later.length === 0) this.#dues.delete(room)
      else this.#dues.set(room, later)
      this.#init.bus.publish(room, 'state')
    }
    this.#schedule()
  }
}

/** Returns a stored status as it was sent. */
export function toStatus(stored: unknown): Status {
  const { lateAt: _late, downAt: _down, ...status } = stored as TimedStatus
  return status
}

function toTimed(status: Status, now: number): TimedStatus {
  const ttl = parseDuration(status.ttl ?? '')
  if (ttl === undefined) return status
  const grace = parseDuration(status.grace ?? '') ?? ttl
  return { ...status, lateAt: now + ttl, downAt: now + ttl + grace }
}
