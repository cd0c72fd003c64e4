import { addToStateJson, toStateJson } from '../widget/state-json.ts'
import { checkStateName, isServerName } from '../widget/state-name.ts'
import type { Bus } from './bus.ts'
import { readInParts } from './read-in-parts.ts'
import type { Store } from './store.ts'

/** Values of the server's own that are kept: keys are free to invent, memory is not. */
const REMEMBERED_COUNTS = 100_000

/** A store that forgets when the process ends. */
export class MemoryStore implements Store {
  // Kept as JSON, like in every other store: no caller can change what another one reads.
  readonly #values = new Map<string, string>()
  /** The server's own; the longest unwritten first. */
  readonly #counts = new Map<string, string>()
  readonly #bus: Bus

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
    if (!this.#mapOf(name).delete(idOf(room, name))) return false
    this.#publish(room, name)
    return true
  }

  async add(room: string, name: string, amount: number): Promise<number> {
    // Read and written in one turn of the event loop: no other `add` can come between.
    const sum = addToStateJson(name, this.#read(room, name), amount)
    this.#write(room, name, String(sum))
    return sum
  }

  async deleteNames(from: string, to: string): Promise<void> {
    for (const map of [this.#values, this.#counts]) {
      for (const id of map.keys()) {
        const name = id.slice(0, id.indexOf('\n'))
        if (name >= from && name < to) map.delete(id)
      }
    }
  }

  async *list(name: string): AsyncGenerator<[room: string, value: unknown]> {
    checkStateName(name)
    const prefix = `${name}\n`
    const all = [...this.#mapOf(name)].filter(([id]) => id.startsWith(prefix)).sort(compareIds)
    let end = 0
    const rows = readInParts({
      read(_after, most) {
        end += most
        return all.slice(end - most, end)
      },
      keyOf: ([id]) => id.slice(prefix.length),
    })
    for await (const [id, json] of rows) yield [id.slice(prefix.length), JSON.parse(json)]
  }

  async close(): Promise<void> {}

  #read(room: string, name: string): string | undefined {
    checkStateName(name)
    return this.#mapOf(name).get(idOf(room, name))
  }

  #write(room: string, name: string, json: string): void {
    const map = this.#mapOf(name)
    const id = idOf(room, name)
    if (map === this.#counts) {
      // Written anew each time: a Map keeps the order of insertion.
      map.delete(id)
      const [oldest] = map.size >= REMEMBERED_COUNTS ? map.keys() : []
      if (oldest !== undefined) map.delete(oldest)
    }
    map.set(id, json)
    this.#publish(room, name)
  }

  #publish(room: string, name: string): void {
    if (!isServerName(name)) this.#bus.publish(room, 'state')
  }

  #mapOf(name: string): Map<string, string> {
    return isServerName(name) ? this.#counts : this.#values
  }
}

/** The name comes first: it has no line end, whatever a room has. */
function idOf(room: string, name: string): string {
  return `${name}\n${room}`
}

function compareIds([one]: [id: string, json: string], [other]: [id: string, json: string]): number {
  return one < other ? -1 : 1
}
