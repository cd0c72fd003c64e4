import { LRUCache } from 'lru-cache'
import { addToStateJson, toStateJson } from '../widget/state-json.ts'
import { checkStateName, isServerName } from '../widget/state-name.ts'
import type { Bus } from './bus.ts'
import { HITS } from './hits.ts'
import { readInParts } from './read-in-parts.ts'
import type { Store } from './store.ts'

/** The maximum of hit counters: anyone can invent keys, and memory is finite. */
const MAX_HITS = 100_000

/** A store in memory, which is lost when the process ends. A durable write is the same as any other. */
export class MemoryStore implements Store {
  // As JSON, like in every other store, so that no caller can modify another's value.
  readonly #values = new Map<string, string>()
  /** The least recently used is evicted. */
  readonly #hits = new LRUCache<string, string>({ maxSize: MAX_HITS, sizeCalculation: () => 1 })
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
    if (!this.#mapOf(name).delete(idOf(room, name))) return false
    this.#publish(room, name)
    return true
  }

  async add(room: string, name: string, amount: number): Promise<number> {
    // Read and written in one turn of the event loop, so that no other `add` can interfere.
    const sum = addToStateJson(name, this.#read(room, name), amount)
    this.#write(room, name, String(sum))
    return sum
  }

  async deleteNames(from: string, to: string): Promise<void> {
    this.#checkOpen()
    for (const map of [this.#values, this.#hits]) {
      for (const id of [...map.keys()]) {
        const name = id.slice(0, id.indexOf('\n'))
        if (name >= from && name < to) map.delete(id)
      }
    }
  }

  async *list(name: string): AsyncGenerator<[room: string, value: unknown]> {
    checkStateName(name)
    this.#checkOpen()
    const prefix = `${name}\n`
    const all = [...this.#mapOf(name).entries()].filter(([id]) => id.startsWith(prefix)).sort(compareIds)
    let end = 0
    const rows = readInParts({
      async read(_after, limit) {
        end += limit
        return { rows: all.slice(end - limit, end), isLast: end >= all.length }
      },
      keyOf: ([id]) => id.slice(prefix.length),
    })
    for await (const [id, json] of rows) yield [id.slice(prefix.length), JSON.parse(json)]
  }

  async close(): Promise<void> {
    this.#isClosed = true
  }

  #read(room: string, name: string): string | undefined {
    checkStateName(name)
    this.#checkOpen()
    return this.#mapOf(name).get(idOf(room, name))
  }

  #write(room: string, name: string, json: string): void {
    this.#checkOpen()
    this.#mapOf(name).set(idOf(room, name), json)
    this.#publish(room, name)
  }

  #publish(room: string, name: string): void {
    if (!isServerName(name)) this.#bus.publish(room, 'state')
  }

  #mapOf(name: string): Map<string, string> | LRUCache<string, string> {
    return name.startsWith(HITS) ? this.#hits : this.#values
  }

  #checkOpen(): void {
    if (this.#isClosed) throw new Error('The store is closed')
  }
}

/** The name comes first, because it contains no line break. */
function idOf(room: string, name: string): string {
  return `${name}\n${room}`
}

function compareIds([one]: [id: string, json: string], [other]: [id: string, json: string]): number {
  return one < other ? -1 : 1
}
