import { Crowd, type VisitorLimit } from '../cluster/crowd.ts'
import type {
  Counts,
  Membership,
  Presence,
  PresenceKind,
  RoomCounts,
  WatchedCounts,
} from '../cluster/presence.ts'
import { type EdgeReport, MAX_REPORTED_VIEWERS } from './edge-protocol.ts'

/** The viewers of a report. */
type ReportedViewers = Pick<EdgeReport, 'rooms' | 'begins' | 'ends'>

/** The viewers of one room at this edge and at edges below it. */
interface EdgeRoom {
  crowd: Crowd
  viewers: Map<string, Record<PresenceKind, number>>
}

/**
 * The presence of an edge: its own viewers and those of the edges below it, which it reports upward. The counts of all are
 * its origin's: here they are partial.
 */
export class UpstreamPresence implements Presence {
  readonly #limit: VisitorLimit
  readonly #rooms = new Map<string, EdgeRoom>()
  /** Viewers that the upstream does not know yet, by room. */
  #changed = new Map<string, Set<string>>()
  /** The upstream may have anything. */
  #isUnknown = true
  #onChange: () => void = () => {}

  /** @param limit maximum of visitors that one address adds to a room. @default 'auto' */
  constructor(limit: VisitorLimit = 'auto') {
    this.#limit = limit
  }

  get openRooms(): number {
    return this.#rooms.size
  }

  /** Sets the function that is called when there is something to report. */
  onChange(listener: () => void): void {
    this.#onChange = listener
  }

  async join(room: string, viewer: string, kind: PresenceKind = 'stream'): Promise<Membership> {
    this.#add(room, viewer, kind, 1)
    let left = false
    return {
      leave: async () => {
        if (left) return
        left = true
        this.#add(room, viewer, kind, -1)
      },
    }
  }

  async counts(room: string): Promise<RoomCounts> {
    return { ...this.countsNow(room), isPartial: true }
  }

  countsNow(room: string): Counts {
    const { connections = 0, visitors = 0 } = this.#rooms.get(room)?.crowd ?? {}
    return { connections, visitors, peak: visitors }
  }

  async rooms(): Promise<WatchedCounts[]> {
    return [...this.#rooms].map(([room, { crowd }]) => ({
      room,
      connections: crowd.connections,
      visitors: crowd.visitors,
    }))
  }

  async close(): Promise<void> {}

  /** Reports every viewer the next time, since the upstream may have lost them. */
  forgetSent(): void {
    this.#isUnknown = true
  }

  /** Takes what the upstream does not know yet, in parts. */
  *take(): Generator<ReportedViewers> {
    const isWhole = this.#isUnknown
    const changed = isWhole ? this.#everything() : this.#changed
    this.#isUnknown = false
    this.#changed = new Map()
    let part: ReportedViewers['rooms'] = []
    let size = 0
    let isFirst = true
    for (const [room, viewers] of changed) {
      for (const viewer of viewers) {
        const { stream = 0, still = 0 } = this.#rooms.get(room)?.viewers.get(viewer) ?? {}
        const last = part.at(-1)
        if (last?.[0] === room) last[1].push([viewer, stream, still])
        else part.push([room, [[viewer, stream, still]]])
        size += 1
        if (size < MAX_REPORTED_VIEWERS) continue
        yield { rooms: part, ...(isWhole && isFirst && { begins: true }) }
        isFirst = false
        part = []
        size = 0
      }
    }
    if (isWhole) yield { rooms: part, ...(isFirst && { begins: true }), ends: true }
    else if (size > 0) yield { rooms: part }
  }

  #everything(): Map<string, Iterable<string>> {
    return new Map([...this.#rooms].map(([room, { viewers }]) => [room, [...viewers.keys()]]))
  }

  #add(room: string, viewer: string, kind: PresenceKind, amount: 1 | -1): void {
    const known = this.#rooms.get(room) ?? { crowd: new Crowd(this.#limit), viewers: new Map() }
    const counts = known.viewers.get(viewer) ?? { stream: 0, still: 0 }
    counts[kind] += amount
    const connections = kind === 'stream' ? 1 : 0
    if (amount > 0) known.crowd.add(viewer, { connections })
    else known.crowd.delete(viewer, { connections })
    if (counts.stream + counts.still > 0) known.viewers.set(viewer, counts)
    else known.viewers.delete(viewer)
    if (known.viewers.size > 0) this.#rooms.set(room, known)
    else this.#rooms.delete(room)
    this.#changed.set(room, (this.#changed.get(room) ?? new Set()).add(viewer))
    this.#onChange()
  }
}
