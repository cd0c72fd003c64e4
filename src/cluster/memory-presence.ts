import type { Bus } from './bus.ts'
import type { Counts, Membership, Presence } from './presence.ts'

interface Room {
  connections: number
  /** How many streams each viewer has open. */
  viewers: Map<string, number>
}

/** Rooms whose peak is remembered while nobody watches: keys are free to invent, memory is not. */
const REMEMBERED_PEAKS = 10_000

/** The presence of a cluster of one. */
export class MemoryPresence implements Presence {
  readonly #rooms = new Map<string, Room>()
  readonly #peaks = new Map<string, number>()
  readonly #bus: Bus

  constructor(bus: Bus) {
    this.#bus = bus
  }

  get openRooms(): number {
    return this.#rooms.size
  }

  async join(room: string, viewer: string): Promise<Membership> {
    const state = this.#rooms.get(room) ?? { connections: 0, viewers: new Map() }
    this.#rooms.set(room, state)
    state.connections += 1
    state.viewers.set(viewer, (state.viewers.get(viewer) ?? 0) + 1)
    this.#rememberPeak(room, state.viewers.size)
    this.#bus.publish(room)
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
    const peak = this.#peaks.get(room) ?? 0
    return { connections: state?.connections ?? 0, visitors: state?.viewers.size ?? 0, peak }
  }

  #leave(room: string, state: Room, viewer: string): void {
    state.connections -= 1
    const streams = (state.viewers.get(viewer) ?? 0) - 1
    if (streams > 0) state.viewers.set(viewer, streams)
    else state.viewers.delete(viewer)
    if (state.connections === 0) this.#rooms.delete(room)
    this.#bus.publish(room)
  }

  #rememberPeak(room: string, visitors: number): void {
    const peak = Math.max(visitors, this.#peaks.get(room) ?? 0)
    // Written anew each time: a Map keeps the order of insertion, so the first entry is the longest unused.
    this.#peaks.delete(room)
    this.#peaks.set(room, peak)
    if (this.#peaks.size <= REMEMBERED_PEAKS) return
    for (const known of this.#peaks.keys()) {
      if (this.#rooms.has(known)) continue
      this.#peaks.delete(known)
      return
    }
  }
}
