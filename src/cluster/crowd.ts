/** How many visitors one address can add to a room: a number, or `auto`: five, or a fifth of the room's, if that is more. */
export type VisitorLimit = number | 'auto'

/** An office or a family; one machine that poses as more people than this gains nothing. */
const SMALL_GROUP = 5
/** One part of this many of a room's visitors may come from one address: a mobile carrier's, in a large room. */
const SHARE = 5

/**
 * The viewers of one room. Every stream is a connection; how many visitors they are follows from the viewer keys that are
 * present, whatever the order in which they came and left, so that it cannot drift.
 *
 * Each address counts for its viewers, but for no more than the limit. With `auto` the fifth is of the visitors that there
 * would be if every address counted for five at most: two addresses cannot raise each other's limit.
 */
export class Crowd {
  readonly #limit: VisitorLimit
  readonly #least: number
  /** The number of open streams of each viewer. */
  readonly #streams = new Map<string, number>()
  /** The number of viewers of each address. */
  readonly #sizes = new Map<string, number>()
  /** The addresses with more viewers than all addresses may have. */
  readonly #large = new Map<string, number>()
  #connections = 0
  /** The visitors if no address counts for more than all may. */
  #base = 0

  /** @param limit @default 'auto' */
  constructor(limit: VisitorLimit = 'auto') {
    this.#limit = limit
    this.#least = limit === 'auto' ? SMALL_GROUP : limit
  }

  get connections(): number {
    return this.#connections
  }

  get visitors(): number {
    const limit = this.#limit === 'auto' ? Math.max(SMALL_GROUP, Math.floor(this.#base / SHARE)) : this.#limit
    let visitors = this.#base
    if (limit > this.#least)
      for (const size of this.#large.values()) visitors += Math.min(size, limit) - this.#least
    return visitors
  }

  /** Adds streams of a viewer. */
  add(viewer: string, streams = 1): void {
    const known = this.#streams.get(viewer) ?? 0
    this.#connections += streams
    this.#streams.set(viewer, known + streams)
    if (known === 0) this.#resize(addressOf(viewer), 1)
  }

  /** Takes one stream of a viewer out. Does nothing for a viewer that has none. */
  delete(viewer: string): void {
    const known = this.#streams.get(viewer)
    if (known === undefined) return
    this.#connections -= 1
    if (known > 1) {
      this.#streams.set(viewer, known - 1)
      return
    }
    this.#streams.delete(viewer)
    this.#resize(addressOf(viewer), -1)
  }

  /** A viewer of an address came or left. */
  #resize(address: string | undefined, change: 1 | -1): void {
    if (address === undefined) {
      this.#base += change
      return
    }
    const before = this.#sizes.get(address) ?? 0
    const size = before + change
    this.#base += Math.min(size, this.#least) - Math.min(before, this.#least)
    if (size > 0) this.#sizes.set(address, size)
    else this.#sizes.delete(address)
    if (size > this.#least) this.#large.set(address, size)
    else this.#large.delete(address)
  }
}

/** The part of a viewer key that all viewers of one address have; undefined if it has none, and no limit. */
export function addressOf(viewer: string): string | undefined {
  const end = viewer.indexOf('.')
  return end < 0 ? undefined : viewer.slice(0, end)
}
