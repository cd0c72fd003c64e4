import type { Bus } from './bus.ts'
import type { Counts, Membership, Presence, RoomCounts } from './presence.ts'

interface Room {
  connections: number
  /** How many streams each viewer has open. */
  viewers: Map<string, number>
}

/** What is remembered of a room that nobody watches. */
interface Memory {
  peak: number
  since: number
}

/** Rooms that are remembered while nobody watches: keys are free to invent, memory is not. */
const REMEMBERED_ROOMS = 10_000

/** The presence of a cluster of one. */
export class MemoryPresence implements Presence {
  readonly #rooms = new Map<string, Room>()
  readonly #memories = new Map<string, Memory>()
  readonly #bus: Bus
  readonly #now: () => number

  constructor(bus: Bus, now: () => number = Date.now) {
    this.#bus = bus
    this.#now = now
  }

  get openRooms(): number {
    return this.#rooms.size
  }

  async join(room: string, viewer: string): Promise<Membership> {
    const state = this.#rooms.get(room) ?? { connections: 0, viewers: new Map() }
    this.#rooms.set(room, state)
    state.connections += 1
    state.viewers.set(viewer, (state.viewers.get(viewer) ?? 0) + 1)
    this.#remember(room, state.viewers.size)
    this.#bus.publish(room, 'presence')
    let left = false
    return {
      leave: async () => {
        if (left) return
        left = true
        this.#leave(room, state, viewer)
      },
    }
  }

  async counts(room: string): Promise<Counts> {
    const state = this.#rooms.get(room)
    const peak = this.#memories.get(room)?.peak ?? 0
    return { connections: state?.connections ?? 0, visitors: state?.viewers.size ?? 0, peak }
  }

  async rooms(): Promise<RoomCounts[]> {
    return [...this.#memories].map(([room, memory]) => this.#summarise(room, memory))
  }

  async room(room: string): Promise<RoomCounts | undefined> {
    const memory = this.#memories.get(room)
    return memory && this.#summarise(room, memory)
  }

  #summarise(room: string, { peak, since }: Memory): RoomCounts {
    const state = this.#rooms.get(room)
    const [connections, visitors] = [state?.connections ?? 0, state?.viewers.size ?? 0]
    return { room, connections, visitors, peak, since }
  }

  #leave(room: string, state: Room, viewer: string): void {
    state.connections -= 1
    const streams = (state.viewers.get(viewer) ?? 0) - 1
    if (streams > 0) state.viewers.set(viewer, streams)
    else state.viewers.delete(viewer)
    if (state.connections === 0) this.#rooms.delete(room)
    this.#bus.publish(room, 'presence')
  }

  #remember(room: string, visitors: number): void {
    const { peak = 0, since = this.#now() } = this.#memories.get(room) ?? {}
    // Written anew each time: a Map keeps the order of insertion, so the first entry is the longest unused.
    this.#memories.delete(room)
    this.#memories.set(room, { peak: Math.max(visitors, peak), since })
    if (this.#memories.size <= REMEMBERED_ROOMS) return
    for (const known of this.#memories.keys()) {
      if (this.#rooms.has(known)) continue
      this.#memories.delete(known)
      return
    }
  }
}
