import type { Membership, Presence, PresenceKind } from '../cluster/presence.ts'
import type { EdgeReport } from './edge-protocol.ts'

/** The presence of one viewer in one room. */
interface Held {
  streams: Promise<Membership>[]
  stills: Promise<Membership>[]
  /** Whether the edge has named it since its newest complete report began. */
  isConfirmed: boolean
}

/** The parts of a record. */
export interface EdgeRecordInit {
  presence: Pick<Presence, 'join'>
  /** A stream of a room began or ended. */
  onChange?(room: string, type: 'join' | 'leave'): void
}

/** The viewers of one edge, as it reported them, each counted here like a viewer of this server. */
export class EdgeRecord {
  readonly #init: EdgeRecordInit
  readonly #rooms = new Map<string, Map<string, Held>>()

  constructor(init: EdgeRecordInit) {
    this.#init = init
  }

  /** Applies the viewers of a report. */
  apply({ begins = false, ends = false, rooms }: Pick<EdgeReport, 'begins' | 'ends' | 'rooms'>): void {
    if (begins) this.#each((held) => (held.isConfirmed = false))
    for (const [room, viewers] of rooms)
      for (const [viewer, streams, stills] of viewers) this.#set(room, viewer, streams, stills)
    if (!ends) return
    for (const [room, viewers] of [...this.#rooms])
      for (const [viewer, { isConfirmed }] of [...viewers]) if (!isConfirmed) this.#set(room, viewer, 0, 0)
  }

  /** Removes all viewers. */
  clear(): void {
    this.apply({ begins: true, ends: true, rooms: [] })
  }

  #each(change: (held: Held) => void): void {
    for (const viewers of this.#rooms.values()) for (const held of viewers.values()) change(held)
  }

  #set(room: string, viewer: string, streams: number, stills: number): void {
    const viewers = this.#rooms.get(room) ?? new Map<string, Held>()
    const held = viewers.get(viewer) ?? { streams: [], stills: [], isConfirmed: true }
    held.isConfirmed = true
    this.#resize(held.stills, stills, room, viewer, 'still')
    this.#resize(held.streams, streams, room, viewer, 'stream')
    if (streams + stills > 0) viewers.set(viewer, held)
    else viewers.delete(viewer)
    if (viewers.size > 0) this.#rooms.set(room, viewers)
    else this.#rooms.delete(room)
  }

  #resize(held: Promise<Membership>[], size: number, room: string, viewer: string, kind: PresenceKind): void {
    while (held.length < size) {
      held.push(this.#init.presence.join(room, viewer, kind))
      if (kind === 'stream') this.#init.onChange?.(room, 'join')
    }
    while (held.length > size) {
      // Its own join comes first. Presence reports its failures itself.
      void held.pop()?.then(
        (membership) => membership.leave(),
        () => {},
      )
      if (kind === 'stream') this.#init.onChange?.(room, 'leave')
    }
  }
}
