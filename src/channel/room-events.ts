import { randomBytes } from 'node:crypto'
import type { Bus, Change } from '../cluster/bus.ts'
import type { Counts, Presence } from '../cluster/presence.ts'
import type { EndReason } from './viewer.ts'

/** Something that happened in a room, with what is counted of it then. */
export interface LiveEvent extends Counts {
  /** Names the event, and its place among all: the process's own name, `-` and a number that goes up by one. */
  id: string
  type: 'join' | 'leave' | 'state'
  room: string
  /** Milliseconds since 1970. */
  time: number
  /** Why a viewer left; absent if it watched another node. Of several that left at once, the reason of the last. */
  reason?: EndReason
}

/** Events that are kept for who asks what was missed. */
const KEPT = 1_000

/**
 * Tells what happens in rooms, on every node: who joins, who leaves, and that what a room remembers changed. Made from
 * the bus and the counts, so that several joins that one message told of are one event, with the counts of then.
 */
export class RoomEvents {
  readonly #presence: Presence
  readonly #listeners = new Set<(event: LiveEvent) => void>()
  readonly #enders = new Set<() => void>()
  readonly #unsubscribe: () => void
  /** The open streams of each room that has any, as the last event told. */
  readonly #connections = new Map<string, number>()
  /** Why viewers leave rooms, until the bus reports that they left. */
  readonly #reasons = new Map<string, EndReason>()
  /** Ids of another process mean nothing here. */
  readonly #epoch = randomBytes(4).toString('hex')
  readonly #kept: LiveEvent[] = []
  #last = 0
  #isClosed = false
  /** Each event waits for the counts of the one before: none overtakes another. */
  #queue: Promise<void> = Promise.resolve()

  constructor(presence: Presence, bus: Bus) {
    this.#presence = presence
    this.#unsubscribe = bus.subscribe((room, change) => this.#hear(room, change))
  }

  /**
   * Calls `listener` for every event from now on, and `end` when there will be no more; answers what ends that.
   */
  subscribe(listener: (event: LiveEvent) => void, end: () => void): () => void {
    if (this.#isClosed) {
      end()
      return () => {}
    }
    this.#listeners.add(listener)
    this.#enders.add(end)
    return () => {
      this.#listeners.delete(listener)
      this.#enders.delete(end)
    }
  }

  /** What happened after the event of that id; undefined where that is not known any more. */
  since(id: string): readonly LiveEvent[] | undefined {
    const [, epoch, number] = /^([0-9a-f]{8})-(\d{1,15})$/.exec(id) ?? []
    const missed = this.#last - Number(number)
    if (epoch !== this.#epoch || missed < 0 || missed > this.#kept.length) return undefined
    return missed === 0 ? [] : this.#kept.slice(-missed)
  }

  /** The id of the newest event, or one before the first. */
  get lastId(): string {
    return `${this.#epoch}-${this.#last}`
  }

  /** A viewer of this node is about to leave a room: the next `leave` event of the room carries the reason. */
  noteLeave(room: string, reason: EndReason): void {
    if (!this.#isClosed) this.#reasons.set(room, reason)
  }

  /** Tells every listener that there will be no more. */
  close(): void {
    this.#isClosed = true
    this.#unsubscribe()
    for (const end of [...this.#enders]) end()
    this.#listeners.clear()
    this.#enders.clear()
  }

  #hear(room: string, change: Change): void {
    if (change === 'hits') return
    const reason = change === 'presence' ? this.#reasons.get(room) : undefined
    if (change === 'presence') this.#reasons.delete(room)
    // A presence that fails has said so; the next event has the right counts again.
    const counting = this.#presence.counts(room).catch(() => undefined)
    this.#queue = this.#queue.then(async () => {
      const counts = await counting
      if (counts) this.#tell(room, change, counts, reason)
    })
  }

  #tell(room: string, change: Exclude<Change, 'hits'>, counts: Counts, reason: EndReason | undefined): void {
    if (change === 'state') return this.#emit('state', room, counts)
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
      id: this.lastId,
      type,
      room,
      connections,
      visitors,
      peak,
      time: Date.now(),
      ...(reason !== undefined && { reason }),
    }
    this.#kept.push(event)
    if (this.#kept.length > KEPT) this.#kept.shift()
    for (const listener of this.#listeners) listener(event)
  }
}
