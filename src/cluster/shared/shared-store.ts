import { stopping } from '../../errors.ts'
import { toStateJson } from '../../widget/state-json.ts'
import type { Store, WriteOptions } from '../store.ts'
import type { PartsLink } from './parts-link.ts'

/** Rooms that one reply lists. */
const LISTED_AT_ONCE = 500

/** A part of a list, and the number under which the rest is read; undefined at the end. */
export interface ListPart {
  rows: [room: string, value: unknown][]
  rest: number | undefined
}

/** The result of an attempt to replace a value: the current one, if it is not the expected one. */
export interface Attempt {
  isDone: boolean
  current: unknown
}

/** The store of one of several processes on a machine: another process has it. */
export class SharedStore implements Store {
  readonly #link: PartsLink
  /** Why the store cannot save, as last reported. */
  fault: string | undefined
  #isClosed = false

  constructor(link: PartsLink) {
    this.#link = link
  }

  get(room: string, name: string): Promise<unknown> {
    return this.#call('get', room, name)
  }

  async set(room: string, name: string, value: unknown, options?: WriteOptions): Promise<void> {
    await this.#call('set', room, name, plain(name, value), options)
  }

  delete(room: string, name: string, options?: WriteOptions): Promise<boolean> {
    return this.#call('delete', room, name, options)
  }

  add(room: string, name: string, amount: number, options?: WriteOptions): Promise<number> {
    return this.#call('add', room, name, amount, options)
  }

  async update(
    room: string,
    name: string,
    change: (value: unknown) => unknown,
    options?: WriteOptions,
  ): Promise<unknown> {
    let current = await this.get(room, name)
    for (;;) {
      const before = structuredClone(current)
      const changed = change(current)
      const next = changed === undefined ? undefined : plain(name, changed)
      const attempt = await this.#call<Attempt>('replace', room, name, before, next, options)
      if (attempt.isDone) return attempt.current
      current = attempt.current
    }
  }

  async *list(name: string): AsyncIterable<[room: string, value: unknown]> {
    let rest: number | undefined
    try {
      let part = await this.#call<ListPart>('list', name, LISTED_AT_ONCE)
      for (;;) {
        rest = part.rest
        yield* part.rows
        if (rest === undefined) return
        part = await this.#call<ListPart>('listRest', rest, LISTED_AT_ONCE)
      }
    } finally {
      // The reader needed no more of it.
      if (rest !== undefined) this.#link.send('store.listEnd', rest)
    }
  }

  async deleteNames(from: string, to: string): Promise<void> {
    await this.#call('deleteNames', from, to)
  }

  async close(): Promise<void> {
    this.#isClosed = true
  }

  async #call<T>(method: string, ...args: unknown[]): Promise<T> {
    if (this.#isClosed) throw stopping()
    return this.#link.call<T>(`store.${method}`, ...args)
  }
}

/** Returns a value as a store keeps it. @throws as `toStateJson` does */
function plain(name: string, value: unknown): unknown {
  return JSON.parse(toStateJson(name, value)) as unknown
}
