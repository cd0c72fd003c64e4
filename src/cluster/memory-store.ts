import type { Bus } from './bus.ts'
import type { Store } from './store.ts'

/** A store that forgets when the process ends. */
export class MemoryStore implements Store {
  readonly #rooms = new Map<string, Map<string, string>>()
  readonly #bus: Bus

  constructor(bus: Bus) {
    this.#bus = bus
  }

  async get(room: string, name: string): Promise<unknown> {
    return this.#read(room, name)
  }

  async set(room: string, name: string, value: unknown): Promise<void> {
    this.#write(room, name, value)
  }

  async delete(room: string, name: string): Promise<boolean> {
    const state = this.#rooms.get(room)
    if (!state?.delete(name)) return false
    if (state.size === 0) this.#rooms.delete(room)
    this.#bus.publish(room)
    return true
  }

  async add(room: string, name: string, amount: number): Promise<number> {
    // Read and written in one turn of the event loop: no other `add` can come between.
    const known = this.#read(room, name) ?? 0
    if (typeof known !== 'number')
      throw new TypeError(`Expected \`${name}\` to be a number, found ${typeof known}`)
    this.#write(room, name, known + amount)
    return known + amount
  }

  #read(room: string, name: string): unknown {
    // Kept as JSON, like in every other store: no caller can change what another one reads.
    const json = this.#rooms.get(room)?.get(name)
    return json === undefined ? undefined : JSON.parse(json)
  }

  #write(room: string, name: string, value: unknown): void {
    const json = JSON.stringify(value)
    if (json === undefined)
      throw new TypeError(`Expected \`${name}\` to be a JSON value, got ${typeof value}`)
    const state = this.#rooms.get(room) ?? new Map<string, string>()
    this.#rooms.set(room, state)
    state.set(name, json)
    this.#bus.publish(room)
  }
}
