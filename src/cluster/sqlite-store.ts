import { LRUCache } from 'lru-cache'
import type { Logger } from 'pino'
import { stopping } from '../errors.ts'
import { addToStateJson, toStateJson } from '../widget/state-json.ts'
import { checkStateName, isServerName } from '../widget/state-name.ts'
import { BatchedReader } from './batched-reader.ts'
import type { Bus } from './bus.ts'
import type { DamageLog } from './damage-log.ts'
import { readInParts } from './read-in-parts.ts'
import type { RoomMemory } from './room-directory.ts'
import type { StateCalls } from './state-calls.ts'
import type { StateChange, StateRow } from './state-file.ts'
import type { Store, WriteOptions } from './store.ts'
import { parseStored } from './stored-json.ts'
import { WriteQueue } from './write-queue.ts'

/** The options of a store. */
export interface SqliteStoreInit {
  calls: StateCalls
  /** The file's path, for log lines. */
  path: string
  bus: Bus
  damage: DamageLog
  log: Logger
}

/** The size of the cache, in characters. */
const CACHE_SIZE = 16_777_216
/** The overhead of a cached value, in characters, roughly. */
const ENTRY_COST = 200

/**
 * A write-behind store in a file: reads and writes are served from memory, and changes are written to the file once a
 * second, or at once if they are durable.
 */
export class SqliteStore implements Store, RoomMemory {
  readonly #calls: StateCalls
  readonly #bus: Bus
  readonly #damage: DamageLog
  readonly #queue: WriteQueue
  readonly #reader: BatchedReader<Pick<StateRow, 'room'> & { name: string }, string | undefined>
  /** Values in the file, and names that the file does not have. */
  readonly #cache = new LRUCache<string, { json: string | undefined }>({
    maxSize: CACHE_SIZE,
    sizeCalculation: ({ json = '' }, id) => id.length + json.length + ENTRY_COST,
  })
  /** Values that are being read from the file. */
  readonly #reading = new Map<string, Promise<string | undefined>>()
  #closing: Promise<void> | undefined

  constructor({ calls, path, bus, damage, log }: SqliteStoreInit) {
    this.#calls = calls
    this.#bus = bus
    this.#damage = damage
    this.#reader = new BatchedReader((places) => calls.call('readMany', places))
    this.#queue = new WriteQueue({
      write: (changes, options) => calls.call('write', changes, options),
      onWritten: (id, { json }) => void this.#cache.set(id, { json }),
      path,
      log,
    })
  }

  get fault(): string | undefined {
    return this.#queue.fault
  }

  async get(room: string, name: string): Promise<unknown> {
    const read = await this.#read(room, name)
    return parseStored(this.#json(room, name, read), () => this.#damage.report(name, room))
  }

  async set(room: string, name: string, value: unknown, options?: WriteOptions): Promise<void> {
    checkStateName(name)
    await this.#write({ room, name, json: toStateJson(name, value) }, options)
  }

  async delete(room: string, name: string, options?: WriteOptions): Promise<boolean> {
    const read = await this.#read(room, name)
    if (this.#json(room, name, read) === undefined) return false
    await this.#write({ room, name, json: undefined }, options)
    return true
  }

  async add(room: string, name: string, amount: number, options?: WriteOptions): Promise<number> {
    const read = await this.#read(room, name)
    // From here to the write in one turn of the event loop, so that no other `add` can interfere.
    const value = parseStored(this.#json(room, name, read), () => this.#damage.report(name, room))
    const sum = addToStateJson(name, value === undefined ? undefined : JSON.stringify(value), amount)
    await this.#write({ room, name, json: String(sum) }, options)
    return sum
  }

  async update(
    room: string,
    name: string,
    change: (value: unknown) => unknown,
    options?: WriteOptions,
  ): Promise<unknown> {
    const read = await this.#read(room, name)
    // Here too nothing can interfere from here to the write.
    const known = this.#json(room, name, read)
    const value = change(parseStored(known, () => this.#damage.report(name, room)))
    const json = value === undefined ? undefined : toStateJson(name, value)
    if (json !== undefined || known !== undefined) await this.#write({ room, name, json }, options)
    return value
  }

  async deleteNames(from: string, to: string): Promise<void> {
    this.#checkOpen()
    const isIn = (name: string) => name >= from && name < to
    this.#queue.drop(({ name }) => isIn(name))
    // A value that is being read must not be cached when it arrives.
    for (const ids of [this.#cache, this.#reading])
      for (const id of [...ids.keys()]) if (isIn(nameOf(id))) ids.delete(id)
    for (let deleted = 1; deleted > 0; ) deleted = await this.#calls.call('deleteNames', from, to)
  }

  /** Commits all changes now. Never rejects: a failure is logged and retried. */
  async save(): Promise<void> {
    await this.#queue.flush()
  }

  /** The values of some rooms were deleted from the file: nothing of them may stay cached. */
  forgetSaved(rooms: readonly string[]): void {
    const gone = new Set(rooms)
    for (const ids of [this.#cache, this.#reading])
      for (const id of [...ids.keys()]) if (gone.has(roomOf(id))) ids.delete(id)
  }

  /** Drops the changes of a room that are not on disk. Returns whether there was anything. */
  drop(room: string): boolean {
    this.forgetSaved([room])
    return this.#queue.drop((change) => change.room === room) > 0
  }

  async *list(name: string): AsyncGenerator<[room: string, value: unknown]> {
    checkStateName(name)
    const rows = readInParts<StateRow>({
      read: async (after, limit) => {
        this.#checkOpen()
        return this.#calls.call('list', name, after, limit)
      },
      keyOf: ({ room }) => room,
      changes: () => this.#changes(name),
    })
    for await (const { room, json } of rows) {
      const value = parseStored(json, () => this.#damage.report(name, room))
      if (value !== undefined) yield [room, value]
    }
  }

  close(): Promise<void> {
    this.#closing ??= this.#queue.close()
    return this.#closing
  }

  #known(id: string): { json: string | undefined } | undefined {
    return this.#queue.get(id) ?? this.#cache.get(id)
  }

  /**
   * Reads a value, so that `#json` has it. Calls for one value resolve in their order, so that each caller sees the writes
   * of earlier callers if it uses the value in the same turn of the event loop.
   */
  #read(room: string, name: string): Promise<string | undefined> {
    checkStateName(name)
    this.#checkOpen()
    const id = idOf(room, name)
    const known = this.#known(id)
    return known ? Promise.resolve(known.json) : (this.#reading.get(id) ?? this.#readFile(id, room, name))
  }

  /** The newest JSON of a value, after it was read. */
  #json(room: string, name: string, read: string | undefined): string | undefined {
    const known = this.#known(idOf(room, name))
    return known ? known.json : read
  }

  #readFile(id: string, room: string, name: string): Promise<string | undefined> {
    const reading = this.#reader.read({ room, name }).then(
      (json) => {
        if (this.#reading.get(id) === reading) this.#cache.set(id, { json })
        this.#forget(id, reading)
        return json
      },
      (error: unknown) => {
        this.#forget(id, reading)
        throw error
      },
    )
    this.#reading.set(id, reading)
    return reading
  }

  #forget(id: string, reading: Promise<string | undefined>): void {
    if (this.#reading.get(id) === reading) this.#reading.delete(id)
  }

  async #write(change: StateChange, { durable = false }: WriteOptions = {}): Promise<void> {
    this.#checkOpen()
    const { room, name } = change
    const id = idOf(room, name)
    this.#queue.add(id, change)
    this.#cache.delete(id)
    if (!isServerName(name)) this.#bus.publish(room, 'state')
    if (durable) await this.#queue.whenDurable(id)
  }

  *#changes(name: string): Generator<[room: string, change: () => StateRow | undefined]> {
    for (const { room, name: each, json } of this.#queue.changes())
      if (each === name) yield [room, () => (json === undefined ? undefined : { room, json })]
  }

  #checkOpen(): void {
    if (this.#closing) throw stopping()
  }
}

/** The name comes first, because it contains no line break. */
function idOf(room: string, name: string): string {
  return `${name}\n${room}`
}

function roomOf(id: string): string {
  return id.slice(id.indexOf('\n') + 1)
}

function nameOf(id: string): string {
  return id.slice(0, id.indexOf('\n'))
}
