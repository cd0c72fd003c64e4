import { stopping } from '../../errors.ts'
import { addToStateJson, toStateJson } from '../../widget/state-json.ts'
import { checkStateName, isServerName } from '../../widget/state-name.ts'
import type { Bus } from '../bus.ts'
import { clusterTime } from '../cluster-time.ts'
import type { DamageLog } from '../damage-log.ts'
import type { ClusterObserver, StoreOperation } from '../observer.ts'
import type { Store } from '../store.ts'
import { parseStored } from '../stored-json.ts'
import type { RedisClock } from './redis-clock.ts'
import type { RedisLink } from './redis-link.ts'
import {
  ADD_TO_VALUE,
  DELETE_NAMES,
  DELETE_VALUE,
  LIST_VALUES,
  SET_VALUE,
  SWAP_VALUE,
} from './store-scripts.ts'

/** The options of a store. */
export interface RedisStoreInit {
  link: RedisLink
  /** Followed by all nodes. @default that of this process */
  clock?: RedisClock | undefined
  bus: Bus
  damage: DamageLog
  observer?: ClusterObserver | undefined
}

/** Values listed by one script, and their bytes, while other commands wait. */
const LISTED_AT_ONCE = 200
const LISTED_BYTES = 262_144
/** Values deleted by one script. */
const DELETED_AT_ONCE = 500

/**
 * The state of rooms in Redis. Nothing is cached: every write is in Redis before its promise resolves, durable or not, and
 * one that Redis refuses rejects.
 */
export class RedisStore implements Store {
  readonly #link: RedisLink
  readonly #clock: RedisClock | undefined
  readonly #bus: Bus
  readonly #damage: DamageLog
  readonly #observer: ClusterObserver | undefined
  /** The last update of each value on this node: its own updates wait for each other, rather than fail in turn. */
  readonly #updating = new Map<string, Promise<unknown>>()
  #isClosed = false

  constructor({ link, clock, bus, damage, observer }: RedisStoreInit) {
    this.#link = link
    this.#clock = clock
    this.#bus = bus
    this.#damage = damage
    this.#observer = observer
  }

  get clockOffset(): number {
    return this.#clock?.offset ?? 0
  }

  get fault(): string | undefined {
    return this.#link.fault
  }

  async get(room: string, name: string): Promise<unknown> {
    return this.#parse(room, name, await this.#read(room, name))
  }

  async set(room: string, name: string, value: unknown): Promise<void> {
    checkStateName(name)
    const json = toStateJson(name, value)
    await this.#try('write', () =>
      this.#link.run(SET_VALUE, [keyOf(room)], room, name, json, clusterTime(this)),
    )
    this.#publish(room, name)
  }

  async delete(room: string, name: string): Promise<boolean> {
    checkStateName(name)
    const deleted = await this.#try('delete', () => this.#link.run(DELETE_VALUE, [keyOf(room)], room, name))
    if (deleted === 1) this.#publish(room, name)
    return deleted === 1
  }

  async add(room: string, name: string, amount: number): Promise<number> {
    checkStateName(name)
    addToStateJson(name, undefined, amount)
    for (;;) {
      const [isAdded, json] = (await this.#try('write', () =>
        this.#link.run(ADD_TO_VALUE, [keyOf(room)], room, name, amount, clusterTime(this)),
      )) as [number, string | undefined]
      if (isAdded === 1) {
        this.#publish(room, name)
        return Number(json)
      }
      const known = this.#parse(room, name, json)
      // Reports why the value cannot be added to. If it is damaged, it counts as missing.
      const sum = addToStateJson(name, known === undefined ? undefined : JSON.stringify(known), amount)
      const [isSwapped] = await this.#swap(room, name, json, String(sum))
      if (isSwapped) return sum
    }
  }

  async update(room: string, name: string, change: (value: unknown) => unknown): Promise<unknown> {
    const id = `${room}\n${name}`
    const before = this.#updating.get(id) ?? Promise.resolve()
    const updating = before.catch(() => {}).then(() => this.#update(room, name, change))
    this.#updating.set(id, updating)
    try {
      return await updating
    } finally {
      if (this.#updating.get(id) === updating) this.#updating.delete(id)
    }
  }

  async deleteNames(from: string, to: string): Promise<void> {
    this.#checkOpen()
    for (let deleted = 1; deleted > 0; )
      deleted = (await this.#try('delete', () =>
        this.#link.run(DELETE_NAMES, ['names'], `[${from}`, `(${to}`, DELETED_AT_ONCE),
      )) as number
  }

  async *list(name: string): AsyncGenerator<[room: string, value: unknown]> {
    checkStateName(name)
    for (let from = '-'; ; ) {
      const rows = (await this.#try('read', () =>
        this.#link.run(LIST_VALUES, [`having:${name}`], name, from, LISTED_AT_ONCE, LISTED_BYTES),
      )) as string[]
      if (rows.length === 0) return
      for (let at = 0; at < rows.length; at += 2) {
        const [room = '', json = ''] = rows.slice(at, at + 2)
        const value = this.#parse(room, name, json)
        if (value !== undefined) yield [room, value]
        from = `(${room}`
      }
    }
  }

  async close(): Promise<void> {
    await Promise.allSettled(this.#updating.values())
    this.#isClosed = true
  }

  async #update(room: string, name: string, change: (value: unknown) => unknown): Promise<unknown> {
    let known = await this.#read(room, name)
    for (;;) {
      const value = change(this.#parse(room, name, known))
      const json = value === undefined ? undefined : toStateJson(name, value)
      if (json === undefined && known === undefined) return value
      const [isSwapped, current] = await this.#swap(room, name, known, json)
      if (isSwapped) return value
      known = current
    }
  }

  /** Replaces a value unless another node was faster; returns the current value then. */
  async #swap(
    room: string,
    name: string,
    known: string | undefined,
    json: string | undefined,
  ): Promise<[isSwapped: boolean, current?: string | undefined]> {
    const toArguments = (text: string | undefined) => [text === undefined ? 0 : 1, text ?? '']
    const [isSwapped, current] = (await this.#try('write', () =>
      this.#link.run(
        ...([SWAP_VALUE, [keyOf(room)], room, name] as const),
        ...[...toArguments(known), ...toArguments(json), clusterTime(this)],
      ),
    )) as [number, (string | null)?]
    if (isSwapped === 1) this.#publish(room, name)
    return [isSwapped === 1, current ?? undefined]
  }

  async #read(room: string, name: string): Promise<string | undefined> {
    checkStateName(name)
    const json = await this.#try('read', () => this.#link.call('HGET', this.#link.prefix + keyOf(room), name))
    return (json as string | null) ?? undefined
  }

  async #try<T>(operation: StoreOperation, act: () => Promise<T>): Promise<T> {
    this.#checkOpen()
    try {
      return await act()
    } catch (error) {
      this.#observer?.storeFailed(operation)
      throw error
    }
  }

  #parse(room: string, name: string, json: string | undefined): unknown {
    return parseStored(json, () => this.#damage.report(name, room))
  }

  #publish(room: string, name: string): void {
    if (!isServerName(name)) this.#bus.publish(room, 'state')
  }

  #checkOpen(): void {
    if (this.#isClosed) throw stopping()
  }
}

function keyOf(room: string): string {
  return `room:${room}`
}
