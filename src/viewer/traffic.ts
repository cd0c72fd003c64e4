/** What was sent to the viewers of one widget: streams add to it, whoever counts reads it. */
export class Traffic {
  /** Streams that were opened. */
  streams = 0
  /** Pictures that went out, each time to one viewer. */
  frames = 0
  /** Pictures that a viewer never got, as a newer one came first. */
  dropped = 0
  /** Of the streams' bodies. */
  bytes = 0
}

/** What was sent to the streams of one room while somebody watched it. */
export interface RoomTraffic {
  /** When somebody began to watch, in milliseconds since the epoch; somebody has ever since. */
  since: number
  traffic: Traffic
}

interface Watched extends RoomTraffic {
  widget: string
  /** Streams that are open. */
  open: number
}

/** What was sent: by room while a room is watched, and by widget since the start. Rooms may be any number. */
export class TrafficBook {
  readonly #rooms = new Map<string, Watched>()
  /** Of rooms that nobody watches any more, by widget. */
  readonly #past = new Map<string, Traffic>()

  /** A stream of a room begins; answers what it is to count in. */
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

  /** Of a room that is watched now; undefined for others. */
  ofRoom(room: string): Readonly<RoomTraffic> | undefined {
    return this.#rooms.get(room)
  }

  /** Since the start, of every widget that was ever watched. */
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
