import type { Logger } from 'pino'
import { addToStateJson, toStateJson } from '../widget/state-json.ts'
import { checkStateName, isServerName } from '../widget/state-name.ts'
import type { Bus } from './bus.ts'
import type { ClusterObserver, StoreOperation } from './observer.ts'
import type { StateChange, StateFile } from './state-file.ts'
import type { Store } from './store.ts'

/** Milliseconds from one transaction to the next, at least: what a killed process may lose. */
const WRITE_INTERVAL = 1_000
/** How much of what is on disk too is kept in memory, in characters. */
const LARGEST_CACHE = 16_777_216
/** How much may wait for a disk that takes nothing, in characters. */
const LARGEST_BACKLOG = 67_108_864
/** What a value takes besides its own characters, roughly. */
const ENTRY_COST = 200

/**
 * A store in a file, write-behind: all is read and written in memory, and what changed goes to the file in one
 * transaction, at most once a second. A disk that takes nothing is said once, and tried again each second.
 */
export class SqliteStore implements Store {
  readonly #file: StateFile
  readonly #bus: Bus
  readonly #log: Logger
  readonly #observer: ClusterObserver | undefined
  /** What the file does not have yet. */
  readonly #dirty = new Map<string, StateChange>()
  /** What the file has too, or that it has nothing; the longest untouched first. */
  readonly #clean = new Map<string, StateChange>()
  #dirtyCost = 0
  #cleanCost = 0
  #timer: NodeJS.Timeout | undefined
  #triedAt = Number.NEGATIVE_INFINITY
  #isFailing = false
  #isClosed = false

  /** @param observer is told of what the file does not take or give. @default nobody */
  constructor(file: StateFile, bus: Bus, log: Logger, observer?: ClusterObserver) {
    this.#file = file
    this.#bus = bus
    this.#log = log
    this.#observer = observer
  }

  async get(room: string, name: string): Promise<unknown> {
    const json = this.#read(room, name)
    return json === undefined ? undefined : JSON.parse(json)
  }

  async set(room: string, name: string, value: unknown): Promise<void> {
    checkStateName(name)
    this.#change({ room, name, json: toStateJson(name, value) })
  }

  async delete(room: string, name: string): Promise<boolean> {
    if (this.#read(room, name) === undefined) return false
    this.#change({ room, name, json: undefined })
    return true
  }

  async add(room: string, name: string, amount: number): Promise<number> {
    // Read and written in one turn of the event loop: no other `add` can come between.
    const sum = addToStateJson(name, this.#read(room, name), amount)
    this.#change({ room, name, json: String(sum) })
    return sum
  }

  async deleteNames(from: string, to: string): Promise<void> {
    this.#checkOpen()
    const isIn = ({ name }: StateChange) => name >= from && name < to
    for (const [id, change] of this.#dirty) if (isIn(change)) this.#dropDirty(id, change)
    for (const [id, change] of this.#clean) if (isIn(change)) this.#dropClean(id, change)
    this.#ask('delete', (file) => file.deleteNames(from, to))
  }

  async list(name: string, limit: number): Promise<[room: string, value: unknown][]> {
    checkStateName(name)
    this.#checkOpen()
    const rows = new Map(
      this.#ask('read', (file) => file.list(name, limit)).map(({ room, json }) => [room, json]),
    )
    for (const change of this.#dirty.values()) {
      if (change.name !== name) continue
      if (change.json === undefined) rows.delete(change.room)
      else if (rows.size < limit || rows.has(change.room)) rows.set(change.room, change.json)
    }
    return [...rows].map(([room, json]) => [room, JSON.parse(json)])
  }

  async close(): Promise<void> {
    if (this.#isClosed) return
    this.#isClosed = true
    clearTimeout(this.#timer)
    this.#write()
    if (this.#dirty.size > 0) this.#log.error({ values: this.#dirty.size }, 'lost what could not be written')
    try {
      this.#file.close()
    } catch (error) {
      this.#log.error({ file: this.#file.path, error: (error as Error).message }, 'cannot close the store')
    }
  }

  #read(room: string, name: string): string | undefined {
    checkStateName(name)
    this.#checkOpen()
    const id = idOf(room, name)
    const waiting = this.#dirty.get(id)
    if (waiting) return waiting.json
    const known = this.#clean.get(id)
    if (known) this.#dropClean(id, known)
    const change = known ?? { room, name, json: this.#ask('read', (file) => file.read(room, name)) }
    this.#keepClean(id, change)
    this.#evict()
    return change.json
  }

  #change(change: StateChange): void {
    this.#checkOpen()
    const { room, name } = change
    if (this.#isFailing && this.#dirtyCost > LARGEST_BACKLOG)
      throw new Error(`Cannot remember \`${name}\`: too much waits for a disk that takes nothing`)
    const id = idOf(room, name)
    const known = this.#clean.get(id)
    if (known) this.#dropClean(id, known)
    const waiting = this.#dirty.get(id)
    this.#dirtyCost += costOf(id, change) - (waiting ? costOf(id, waiting) : 0)
    this.#dirty.set(id, change)
    this.#schedule()
    if (!isServerName(name)) this.#bus.publish(room, 'state')
  }

  #schedule(): void {
    this.#timer ??= setTimeout(
      () => {
        this.#timer = undefined
        this.#write()
        if (this.#dirty.size > 0) this.#schedule()
      },
      Math.max(0, this.#triedAt + WRITE_INTERVAL - performance.now()),
    )
  }

  #write(): void {
    if (this.#dirty.size === 0) return
    this.#triedAt = performance.now()
    try {
      this.#ask('write', (file) => file.write(this.#dirty.values()))
    } catch (error) {
      const { path } = this.#file
      if (!this.#isFailing)
        this.#log.error({ file: path, error: (error as Error).message }, 'cannot write the store, trying on')
      this.#isFailing = true
      return
    }
    if (this.#isFailing) this.#log.info({ file: this.#file.path }, 'the store is written again')
    this.#isFailing = false
    for (const [id, change] of this.#dirty) this.#keepClean(id, change)
    this.#dirty.clear()
    this.#dirtyCost = 0
    this.#evict()
  }

  #ask<T>(operation: StoreOperation, work: (file: StateFile) => T): T {
    try {
      return work(this.#file)
    } catch (error) {
      this.#observer?.storeFailed(operation)
      throw error
    }
  }

  #keepClean(id: string, change: StateChange): void {
    this.#clean.set(id, change)
    this.#cleanCost += costOf(id, change)
  }

  #dropClean(id: string, change: StateChange): void {
    this.#clean.delete(id)
    this.#cleanCost -= costOf(id, change)
  }

  #dropDirty(id: string, change: StateChange): void {
    this.#dirty.delete(id)
    this.#dirtyCost -= costOf(id, change)
  }

  #evict(): void {
    if (this.#cleanCost <= LARGEST_CACHE) return
    for (const [id, change] of this.#clean) {
      this.#dropClean(id, change)
      if (this.#cleanCost <= LARGEST_CACHE) return
    }
  }

  #checkOpen(): void {
    if (this.#isClosed) throw new Error('The store is closed')
  }
}

/** The name comes first: it has no line end, whatever a room has. */
function idOf(room: string, name: string): string {
  return `${name}\n${room}`
}

function costOf(id: string, { json = '' }: StateChange): number {
  return id.length + json.length + ENTRY_COST
}
