import type { Bus } from './bus.ts'
import { Crowd, type VisitorLimit } from './crowd.ts'
import type { History } from './history.ts'
import type { Counts, Membership, Presence, PresenceKind, RoomCounts, WatchedCounts } from './presence.ts'

/** The presence of a cluster of one. */
export class MemoryPresence implements Presence {
  readonly #rooms = new Map<string, Crowd>()
  readonly #bus: Bus
  readonly #history: Pick<History, 'note' | 'peak' | 'peakNow'>
  readonly #limit: VisitorLimit

  /** @param limit maximum of visitors that one address adds to a room. @default 'auto' */
  constructor(bus: Bus, history: Pick<History, 'note' | 'peak' | 'peakNow'>, limit: VisitorLimit = 'auto') {
    this.#bus = bus
    this.#history = history
    this.#limit = limit
  }

  get openRooms(): number {
    return this.#rooms.size
  }

  async join(room: string, viewer: string, kind: PresenceKind = 'stream'): Promise<Membership> {
    const crowd = this.#rooms.get(room) ?? new Crowd(this.#limit)
    this.#rooms.set(room, crowd)
    const connections = kind === 'stream' ? 1 : 0
    crowd.add(viewer, { connections })
    this.#publish(room, crowd)
    let left = false
    return {
      leave: async () => {
        if (left) return
        left = true
        crowd.delete(viewer, { connections })
        if (crowd.isEmpty) this.#rooms.delete(room)
        this.#publish(room, crowd)
      },
    }
  }

  async counts(room: string): Promise<RoomCounts> {
    // Read before waiting for the peak, so that a caller notified of a change gets the counts of that change.
    const { connections = 0, visitors = 0 } = this.#rooms.get(room) ?? {}
    return { connections, visitors, peak: await this.#history.peak(room) }
  }

  countsNow(room: string): Counts | undefined {
    const peak = this.#history.peakNow(room)
    const { connections = 0, visitors = 0 } = this.#rooms.get(room) ?? {}
    return peak === undefined ? undefined : { connections, visitors, peak }
  }

  async rooms(): Promise<WatchedCounts[]> {
    return [...this.#rooms].map(([room, { connections, visitors }]) => ({ room, connections, visitors }))
  }

  async close(): Promise<void> {}

  #publish(room: string, { connections, visitors }: Crowd): void {
    this.#history.note(room, { connections, visitors })
    this.#bus.publish(room, 'presence')
  }
}
