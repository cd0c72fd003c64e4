import type { Counts, Membership, Presence, PresenceKind, RoomCounts, WatchedCounts } from '../presence.ts'
import type { Joined, PartsLink } from './parts-link.ts'

/** The viewers of this process in one room. */
interface OwnRoom {
  streams: number
  members: number
  /** The counts of all processes, from the newest message; undefined if they must be requested. */
  counts: Counts | undefined
}

/** The presence of one of several processes on a machine: another process counts the viewers of all. */
export class SharedPresence implements Presence {
  readonly #link: PartsLink
  readonly #rooms = new Map<string, OwnRoom>()
  #isClosed = false

  constructor(link: PartsLink) {
    this.#link = link
  }

  get openRooms(): number {
    return this.#rooms.size
  }

  /** Open streams of this process. */
  get connections(): number {
    return [...this.#rooms.values()].reduce((sum, { streams }) => sum + streams, 0)
  }

  async join(room: string, viewer: string, kind: PresenceKind = 'stream'): Promise<Membership> {
    const own = this.#rooms.get(room) ?? { streams: 0, members: 0, counts: undefined }
    this.#rooms.set(room, own)
    const streams = kind === 'stream' ? 1 : 0
    own.members += 1
    own.streams += streams
    const joined = await this.#link.call<Joined>('presence.join', room, viewer, kind).catch(() => undefined)
    if (joined) own.counts = joined.counts
    let left = false
    return {
      leave: async () => {
        if (left) return
        left = true
        own.members -= 1
        own.streams -= streams
        if (own.members === 0) this.#rooms.delete(room)
        // After `close` the host has removed every membership.
        if (joined && !this.#isClosed) await this.#link.call('presence.leave', joined.id).catch(() => {})
      },
    }
  }

  async counts(room: string): Promise<RoomCounts> {
    const known = this.countsNow(room)
    if (known) return known
    const none = { connections: 0, visitors: 0, peak: 0, isPartial: true as const }
    return this.#link.call<Counts>('presence.counts', room).catch(() => none)
  }

  countsNow(room: string): Counts | undefined {
    return this.#rooms.get(room)?.counts
  }

  async rooms(): Promise<WatchedCounts[]> {
    return this.#link.call<WatchedCounts[]>('presence.rooms').catch(() => [])
  }

  /** Takes the counts of a message. */
  note(room: string, counts: Counts | undefined): void {
    const own = this.#rooms.get(room)
    if (own) own.counts = counts
  }

  async close(): Promise<void> {
    if (this.#isClosed) return
    this.#isClosed = true
    await this.#link.call('presence.close').catch(() => {})
  }
}
