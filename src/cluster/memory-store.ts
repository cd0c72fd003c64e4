import { stopping } from '../errors.ts'
import { addToStateJson, toStateJson } from '../widget/state-json.ts'
import { checkStateName, isServerName } from '../widget/state-name.ts'
import type { Bus } from './bus.ts'
import { HITS } from './hits.ts'
import { readInParts } from './read-in-parts.ts'
import type { Store } from './store.ts'

/** A store in memory, which forgets everything when the process ends: for it every write is durable. */
export class MemoryStore implements Store {
  /** By room and name. As JSON, like in every other store: no caller can change what another one reads. */
  readonly #rooms = new Map<string, Map<string, string>>()
  readonly #bus: Bus
  #isClosed = false

  constructor(bus: Bus) {
    this.#bus = bus
  }

  async get(room: string, name: string): Promise<unknown> {
    const json = this.#read(room, name)
    return json === undefined ? undefined : JSON.parse(json)
  }

  async set(room: string, name: string, value: unknown): Promise<void> {
    checkStateName(name)
    this.#write(room, name, toStateJson(name, value))
  }

  async delete(room: string, name: string): Promise<boolean> {
    checkStateName(name)
    this.#checkOpen()
    if (!this.#delete(room, name)) return false
    this.#publish(room, name)
    return true
  }

  async add(room: string, name: string, amount: number): Promise<number> {
    // Read and written in one turn of the event loop, so that no other `add` can interfere.
    const sum = addToStateJson(name, this.#read(room, name), amount)
    this.#write(room, name, String(sum))
    return sum
  }

  async update(room: string, name: string, change: (value: unknown) => unknown): Promise<unknown> {
    const known = this.#read(room, name)
    const value = change(known === undefined ? undefined : JSON.parse(known))
    const json = value === undefined ? undefined : toStateJson(name, value)
    if (json !== undefined) this.#write(room, name, json)
    else await this.delete(room, name)
    return value
  }

  async deleteNames(from: string, to: string): Promise<void> {
    this.#checkOpen()
    for (const [room, values] of this.#rooms) {
      for (const name of [...values.keys()]) if (name >= from && name < to) this.#delete(room, name)
    }
  }

  async *list(name: string): AsyncGenerator<[room: string, value: unknown]> {
    checkStateName(name)
    this.#checkOpen()
    const all: [room: string, json: string][] = []
    for (const [room, values] of this.#rooms) {
      const json = values.get(name)
      if (json !== undefined) all.push([room, json])
    }
    all.sort(([one], [other]) => (one < other ? -1 : 1))
    let end = 0
    const rows = readInParts({
      async read(_after, limit) {
        end += limit
        return { rows: all.slice(end - limit, end), isLast: end >= all.length }
      },
      keyOf: ([room]) => room,
    })
    for await (const [room, json] of rows) yield [room, JSON.parse(json)]
  }

  /** The rooms that have any value. */
  rooms(): Iterable<string> {
    return this.#rooms.keys()
  }

  /** The stored number of a room's hits. */
  hitsOf(room: string): unknown {
    const json = this.#rooms.get(room)?.get(HITS)
    return json === undefined ? undefined : JSON.parse(json)
  }

  /** Whether a room has a value that is no count of hits. */
  isWritten(room: string): boolean {
    for (const name of this.#rooms.get(room)?.keys() ?? []) if (!name.startsWith(HITS)) return true
    return false
  }

  /** Deletes every value of a room; returns whether there was one. Not published. */
  deleteRoom(room: string): boolean {
    return this.#rooms.delete(room)
  }

  async close(): Promise<void> {
    this.#isClosed = true
  }

  #read(room: string, name: string): string | undefined {
    checkStateName(name)
    this.#checkOpen()
    return this.#rooms.get(room)?.get(name)
  }

  #write(room: string, name: string, json: string): void {
    this.#checkOpen()
    const values = this.#rooms.get(room) ?? new Map<string, string>()
    this.#rooms.set(room, values)
    values.set(name, json)
    this.#publish(room, name)
  }

  #delete(room: string, name: string): boolean {
    const values = this.#rooms.get(room)
    const isDeleted = values?.delete(name) ?? false
    if (values?.size === 0) this.#rooms.delete(room)
    return isDeleted
  }

  #publish(room: string, name: string): void {
    if (!isServerName(name)) this.#bus.publish(room, 'state')
  }

  #checkOpen(): void {
    if (this.#isClosed) throw stopping()
  }
}
