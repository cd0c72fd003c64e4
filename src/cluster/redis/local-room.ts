import { Crowd, type VisitorLimit } from '../crowd.ts'
import type { Counts, PresenceKind } from '../presence.ts'

/** The viewers that Redis must add and remove to have those of this node. */
export interface ViewerChanges {
  added: string[]
  removed: string[]
  connections: number
  /** Whether `added` has every viewer: Redis removes all others of this node. */
  isWhole: boolean
}

/** The viewers of one room on this node, and the counts of all nodes. */
export class LocalRoom {
  readonly room: string
  readonly #crowd: Crowd
  /** Viewers that came or left since Redis was last notified. */
  readonly #changed = new Set<string>()
  #sentConnections = 0
  /** Redis may have anything. */
  #isUnknown = false
  #known: Counts | undefined
  /** Whether this node records the room's history. */
  isRecorder = false
  /** Sends and reads until nothing is left. */
  updating: Promise<void> | undefined
  /** The newest call of `updating`. */
  pass: Promise<unknown> | undefined
  /** Messages that the counts changed. */
  #messages = 0
  /** The messages whose changes `known` has. */
  #readMessages = 0
  #isClaiming = false

  constructor(room: string, limit: VisitorLimit | undefined) {
    this.room = room
    this.#crowd = new Crowd(limit)
  }

  /** Whether it has viewers. */
  get isWatched(): boolean {
    return !this.#crowd.isEmpty
  }

  /** The counts of all nodes, as of the last reply of Redis. */
  get known(): Counts | undefined {
    return this.#known
  }

  get messages(): number {
    return this.#messages
  }

  /** Whether the counts have changed since the last reply. */
  get isStale(): boolean {
    return this.#messages > this.#readMessages
  }

  /** Whether Redis does not have everything of this node yet. */
  get isChanged(): boolean {
    return (
      this.#isUnknown ||
      this.#isClaiming ||
      this.#changed.size > 0 ||
      this.#crowd.connections !== this.#sentConnections
    )
  }

  /** The counts of this node alone. */
  get own(): Counts {
    const { connections, visitors } = this.#crowd
    return { connections, visitors, peak: Math.max(this.#known?.peak ?? 0, visitors) }
  }

  /** The counts of all nodes; changes that Redis has not confirmed raise or lower the connections at once. */
  get newest(): Counts | undefined {
    if (!this.#known) return undefined
    const { connections, visitors } = this.own
    const all = {
      connections: Math.max(connections, this.#known.connections + connections - this.#sentConnections),
      // How many of them watch other nodes too is not known: no fewer than here.
      visitors: Math.max(visitors, this.#known.visitors),
    }
    return { ...all, peak: Math.max(this.#known.peak, all.visitors) }
  }

  add(viewer: string, kind: PresenceKind): void {
    this.#crowd.add(viewer, { connections: kind === 'stream' ? 1 : 0 })
    this.#changed.add(viewer)
  }

  delete(viewer: string, kind: PresenceKind): void {
    this.#crowd.delete(viewer, { connections: kind === 'stream' ? 1 : 0 })
    this.#changed.add(viewer)
  }

  /** Notes that the counts have changed. */
  noteMessage(): void {
    this.#messages += 1
  }

  /** Notes a reply to a call that was made after some messages. */
  noteCounts(counts: Counts, messages: number): void {
    this.#known = counts
    this.#readMessages = messages
  }

  /** Offers to record the room's history: the next change does. */
  claim(): void {
    this.#isClaiming = true
  }

  /** Sends every viewer the next time. */
  forgetSent(): void {
    this.#isUnknown = true
  }

  /** Takes the changes to send. */
  takeChanges(): ViewerChanges {
    const isWhole = this.#isUnknown
    const changed = isWhole ? this.#crowd.viewers() : [...this.#changed]
    const { connections } = this.#crowd
    this.#changed.clear()
    this.#isUnknown = false
    this.#isClaiming = false
    this.#sentConnections = connections
    const added = changed.filter((viewer) => this.#crowd.has(viewer))
    const removed = changed.filter((viewer) => !this.#crowd.has(viewer))
    return { added, removed, connections, isWhole }
  }
}

/** The rooms with viewers on this node, and their streams. */
export function sumOwn(rooms: Iterable<LocalRoom>): { rooms: number; connections: number } {
  const sum = { rooms: 0, connections: 0 }
  for (const { isWatched, own } of rooms) {
    if (!isWatched) continue
    sum.rooms += 1
    sum.connections += own.connections
  }
  return sum
}
