import type { Bus } from './bus.ts'
import type { History } from './history.ts'
import type { Membership, Presence, RoomCounts, WatchedCounts } from './presence.ts'

interface Room {
  connections: number
  /** The number of open streams of each viewer. */
  viewers: Map<string, number>
}

/** The presence of a cluster of one. */
export class MemoryPresence implements Presence {
  readonly #rooms = new Map<string, Room>()
  readonly #bus: Bus
  readonly #history: Pick<History, 'note' | 'peak'>

  constructor(bus: Bus, history: Pick<History, 'note' | 'peak'>) {
    this.#bus = bus
    this.#history = history
  }

  get openRooms(): number {
    return this.#rooms.size
  }

  async join(room: string, viewer: string): Promise<Membership> {
    const state = this.#rooms.get(room) ?? { connections: 0, viewers: new Map() }
    this.#rooms.set(room, state)
    state.connections += 1
    state.viewers.set(viewer, (state.viewers.get(viewer) ?? 0) + 1)
    this.#publish(room, state)
    let left = false
    return {
      leave: async () => {
        if (left) return
        left = true
        this.#leave(room, state, viewer)
      },
    }
  }

  async counts(room: string): Promise<RoomCounts> {
    // Read before waiting for the peak: who asks because of a change gets the counts of that change.
    const state = this.#rooms.get(room)
    const [connections, visitors] = [state?.connections ?? 0, state?.viewers.size ?? 0]
    return { connections, visitors, peak: await this.#history.peak(room) }
  }

  async rooms(): Promise<WatchedCounts[]> {
    return [...this.#rooms].map(([room, { connections, viewers }]) => ({
      room,
      connections,
      visitors: viewers.size,
    }))
  }

  async close(): Promise<void> {}

  #leave(room: string, state: Room, viewer: string): void {
    state.connections -= 1
    const streams = (state.viewers.get(viewer) ?? 0) - 1
    if (streams > 0) state.viewers.set(viewer, streams)
    else state.viewers.delete(viewer)
    if (state.connections === 0) this.#rooms.delete(room)
    this.#publish(room, state)
  }

  #publish(room: string, { connections, viewers }: Room): void {
    this.#history.note(room, { connections, visitors: viewers.size })
    this.#bus.publish(room, 'presence')
  }
}
