/** The maximum of visitors that one address adds to a room; `auto` is five, or a fifth of the room's if that is more. */
export type VisitorLimit = number | 'auto'

/** Enough for an office or a family; a machine that poses as more people gains nothing. */
const SMALL_GROUP = 5
/** In a large room, one in this many visitors may come from one address, such as a mobile carrier's. */
const SHARE = 5

/**
 * The viewers of one room. Every stream is a connection. The number of visitors depends only on the viewer keys that are
 * present, not on the order of joins and leaves, so it cannot drift.
 *
 * Each address counts as its number of viewers, up to the limit. With `auto`, the fifth is taken of the visitors that there
 * would be if every address counted as at most five, so that two addresses cannot raise each other's limit.
 */
export class Crowd {
  readonly #limit: VisitorLimit
  readonly #least: number
  /** How often each viewer was added: once for each open stream, and for each still in place of one. */
  readonly #added = new Map<string, number>()
  /** The number of viewers of each address. */
  readonly #sizes = new Map<string, number>()
  /** The addresses with more viewers than every address may have: few rooms have any. */
  #large: Map<string, number> | undefined
  #connections = 0
  /** The number of visitors if every address has the smallest limit. */
  #base = 0

  /** @param limit @default 'auto' */
  constructor(limit: VisitorLimit = 'auto') {
    this.#limit = limit
    this.#least = limit === 'auto' ? SMALL_GROUP : limit
  }

  get isEmpty(): boolean {
    return this.#added.size === 0
  }

  get connections(): number {
    return this.#connections
  }

  /** The keys of all viewers. */
  viewers(): string[] {
    return [...this.#added.keys()]
  }

  has(viewer: string): boolean {
    return this.#added.has(viewer)
  }

  get visitors(): number {
    const limit = this.#limit === 'auto' ? Math.max(SMALL_GROUP, Math.floor(this.#base / SHARE)) : this.#limit
    let visitors = this.#base
    if (limit > this.#least)
      for (const size of this.#large?.values() ?? []) visitors += Math.min(size, limit) - this.#least
    return visitors
  }

  /** Adds a viewer's presence. @param connections how many streams that is. @default 1 */
  add(viewer: string, { connections = 1 } = {}): void {
    const known = this.#added.get(viewer) ?? 0
    this.#connections += connections
    this.#added.set(viewer, known + 1)
    if (known === 0) this.#resize(addressOf(viewer), 1)
  }

  /** Removes a presence that was added with as many connections. Does nothing if the viewer has none. */
  delete(viewer: string, { connections = 1 } = {}): void {
    const known = this.#added.get(viewer)
    if (known === undefined) return
    this.#connections -= connections
    if (known > 1) {
      this.#added.set(viewer, known - 1)
      return
    }
    this.#added.delete(viewer)
    this.#resize(addressOf(viewer), -1)
  }

  /** Adds or removes a viewer of an address. */
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
    if (size <= this.#least) this.#large?.delete(address)
    else {
      this.#large ??= new Map()
      this.#large.set(address, size)
    }
  }
}

/** The part of a viewer key that all viewers of one address share; undefined if there is none, and no limit. */
export function addressOf(viewer: string): string | undefined {
  const end = viewer.indexOf('.')
  return end < 0 ? undefined : viewer.slice(0, end)
}
