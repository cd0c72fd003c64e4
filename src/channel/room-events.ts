import { randomBytes } from 'node:crypto'
import type { Logger } from 'pino'
import type { Bus, Change } from '../cluster/bus.ts'
import { Listeners } from '../cluster/listeners.ts'
import type { Counts, Presence } from '../cluster/presence.ts'
import type { EndReason } from './viewer.ts'

/** An event of a room, with the counts after it. */
export interface LiveEvent extends Counts {
  /** Identifies the event and its position: the process's epoch, `-`, and a number that increases by one. */
  id: string
  type: 'join' | 'leave' | 'state' | 'delete'
  room: string
  /** Milliseconds since the epoch. */
  time: number
  /** Why a viewer left; absent if it watched another node. If several left at once, the reason of the last. */
  reason?: EndReason
}

/** Events that are kept for consumers that resume. */
const KEPT_EVENTS = 1_000
/** Rooms whose newest dropped event is known, so that consumers of other rooms resume without a gap. */
const MAX_DROPPED_ROOMS = 10_000

/** Changes that are events. */
type EventChange = Extract<Change, 'presence' | 'state' | 'deleted'>

/**
 * Reports the events of rooms, on every node: viewers join and leave, and a room's state changes. It derives them from the
 * bus and the counts: several joins in one bus message are one event, with the counts after them.
 */
export class RoomEvents {
  readonly #presence: Presence
  readonly #listeners: Listeners<[event: LiveEvent]>
  readonly #endListeners: Listeners<[]>
  readonly #unsubscribe: (() => void)[]
  /** The open streams of each room that has any, as of its last event. */
  readonly #connections = new Map<string, number>()
  /** Why viewers leave rooms, until the bus reports that they left. */
  readonly #reasons = new Map<string, EndReason>()
  /** An id with another epoch is from another process, or from before a gap. */
  #epoch = newEpoch()
  #kept: LiveEvent[] = []
  /** For each room, the number of its newest event that is no longer kept, in ascending order. */
  readonly #dropped = new Map<string, number>()
  /** Before this number, any room may have had an event. */
  #forgotten = 0
  #last = 0
  #isClosed = false
  /** Each event waits for the counts of the previous one, so that events stay in order. */
  #queue: Promise<void> = Promise.resolve()

  /** @param log logs errors of listeners. @default no log */
  constructor(presence: Presence, bus: Bus, log?: Logger) {
    this.#presence = presence
    this.#listeners = new Listeners(log)
    this.#endListeners = new Listeners(log)
    this.#unsubscribe = [
      bus.subscribe((room, change) => {
        if (change === 'presence' || change === 'state' || change === 'deleted') this.#report(room, change)
      }),
      bus.onReconnect(() => this.#forget()),
    ]
  }

  /** Calls `listener` for every later event, and `end` after the last one; returns an unsubscribe function. */
  subscribe(listener: (event: LiveEvent) => void, end: () => void): () => void {
    if (this.#isClosed) {
      end()
      return () => {}
    }
    const unsubscribe = [this.#listeners.add(listener), this.#endListeners.add(end)]
    return () => {
      for (const each of unsubscribe) each()
    }
  }

  /**
   * The events after the one with an id; undefined if events of a wanted room may be missing.
   * @param isWanted whether a room is wanted. @default every room
   */
  since(id: string, isWanted: (room: string) => boolean = () => true): readonly LiveEvent[] | undefined {
    const [, epoch, number] = /^([0-9a-f]{8})-(\d{1,15})$/.exec(id) ?? []
    const missed = this.#last - Number(number)
    if (epoch !== this.#epoch || missed < 0 || Number(number) < this.#forgotten) return undefined
    if (missed <= this.#kept.length) return missed === 0 ? [] : this.#kept.slice(-missed)
    for (const [room, last] of this.#dropped) {
      if (last > Number(number) && isWanted(room)) return undefined
    }
    return this.#kept
  }

  /** The id of the newest event, or of the position before the first. */
  get lastId(): string {
    return `${this.#epoch}-${this.#last}`
  }

  /** A viewer of this node is about to leave a room: the next `leave` event of the room carries the reason. */
  noteLeave(room: string, reason: EndReason): void {
    if (!this.#isClosed) this.#reasons.set(room, reason)
  }

  /** Calls the `end` of every subscription. */
  close(): void {
    this.#isClosed = true
    for (const unsubscribe of this.#unsubscribe) unsubscribe()
    this.#endListeners.call()
    this.#listeners.clear()
    this.#endListeners.clear()
  }

  /** Messages were lost: no consumer can resume across the gap. */
  #forget(): void {
    this.#epoch = newEpoch()
    this.#kept = []
    this.#dropped.clear()
    this.#forgotten = 0
  }

  #drop(event: LiveEvent | undefined): void {
    if (!event) return
    this.#dropped.delete(event.room)
    this.#dropped.set(event.room, Number(event.id.split('-')[1]))
    if (this.#dropped.size <= MAX_DROPPED_ROOMS) return
    const [oldest] = this.#dropped
    if (!oldest) return
    this.#forgotten = oldest[1]
    this.#dropped.delete(oldest[0])
  }

  #report(room: string, change: EventChange): void {
    const reason = change === 'presence' ? this.#reasons.get(room) : undefined
    if (change === 'presence') this.#reasons.delete(room)
    // Presence logs its own failures, and the next event has the right counts again.
    const counting = this.#presence.counts(room).catch(() => undefined)
    this.#queue = this.#queue.then(async () => {
      const counts = await counting
      if (counts) this.#compare(room, change, counts, reason)
    })
  }

  #compare(room: string, change: EventChange, counts: Counts, reason: EndReason | undefined): void {
    if (change === 'state') return this.#emit('state', room, counts)
    if (change === 'deleted') return this.#emit('delete', room, counts)
    const before = this.#connections.get(room) ?? 0
    if (counts.connections > 0) this.#connections.set(room, counts.connections)
    else this.#connections.delete(room)
    if (counts.connections > before) this.#emit('join', room, counts)
    else if (counts.connections < before) this.#emit('leave', room, counts, reason)
  }

  #emit(
    type: LiveEvent['type'],
    room: string,
    { connections, visitors, peak }: Counts,
    reason?: EndReason,
  ): void {
    this.#last += 1
    const event: LiveEvent = {
      ...{ id: this.lastId, type, room, connections, visitors, peak, time: Date.now() },
      ...(reason !== undefined && { reason }),
    }
    this.#kept.push(event)
    if (this.#kept.length > KEPT_EVENTS) this.#drop(this.#kept.shift())
    this.#listeners.call(event)
  }
}

function newEpoch(): string {
  return randomBytes(4).toString('hex')
}
