/** Totals of the frames and bytes sent to viewers. Transports add to it. */
export class Traffic {
  /** Opened streams. */
  streams = 0
  /** Sent pictures, counted for each viewer. */
  frames = 0
  /** Pictures that were not sent to a viewer, because a newer one was ready. */
  dropped = 0
  /** Of the streams' bodies. */
  bytes = 0
}

/** The traffic of a room since it was last unwatched. */
export interface RoomTraffic {
  /** Since when the room has had viewers without a break, in milliseconds since the epoch. */
  since: number
  traffic: Traffic
}

interface Watched extends RoomTraffic {
  widget: string
  /** Streams that are open. */
  open: number
}

/**
 * Keeps the totals of every watched room, and of every widget since the start. An unwatched room uses no memory: its
 * totals are added to its widget's.
 */
export class TrafficBook {
  readonly #rooms = new Map<string, Watched>()
  /** Totals of rooms that are no longer watched, by widget. */
  readonly #past = new Map<string, Traffic>()

  /** A stream of a room begins. Returns the totals that it must add to. */
  enter(widget: string, room: string): Traffic {
    const watched = this.#rooms.get(room) ?? { widget, open: 0, since: Date.now(), traffic: new Traffic() }
    this.#rooms.set(room, watched)
    watched.open += 1
    watched.traffic.streams += 1
    return watched.traffic
  }

  /** A stream of a room has ended. */
  leave(room: string): void {
    const watched = this.#rooms.get(room)
    if (!watched) return
    watched.open -= 1
    if (watched.open > 0) return
    this.#rooms.delete(room)
    this.#past.set(watched.widget, add(watched.traffic, this.#past.get(watched.widget)))
  }

  /** The totals of a room; undefined if it has no viewers. */
  ofRoom(room: string): Readonly<RoomTraffic> | undefined {
    return this.#rooms.get(room)
  }

  /** The totals since the start of every widget that was ever watched. */
  byWidget(): ReadonlyMap<string, Readonly<Traffic>> {
    const sums = new Map<string, Traffic>(this.#past)
    for (const { widget, traffic } of this.#rooms.values()) sums.set(widget, add(traffic, sums.get(widget)))
    return sums
  }
}

function add(one: Traffic, other = new Traffic()): Traffic {
  const sum = new Traffic()
  for (const name of Object.keys(sum) as (keyof Traffic)[]) sum[name] = one[name] + other[name]
  return sum
}
