import type { Logger } from 'pino'
import { PublicError } from '../errors.ts'
import type { StateChange } from './state-file.ts'
import { StoreError } from './store-error.ts'

/** The storage of a queue. */
export interface WriteQueueInit {
  /** Commits all changes or none. */
  write(changes: readonly StateChange[], options: { isDurable: boolean }): Promise<void>
  /** Called for each change that was committed. */
  onWritten(id: string, change: StateChange): void
  /** Names the storage in log lines. */
  path: string
  log: Logger
}

/** Minimum milliseconds between two batches of changes: a killed process loses at most this time. */
const WRITE_INTERVAL = 1_000
/** Minimum milliseconds between two durable commits: writes in between share one commit, and one sync. */
const DURABLE_INTERVAL = 20
/** Changes in one commit, and their characters: copying them to another thread takes about a millisecond. */
const MAX_CHANGES = 1_000
const MAX_CHARACTERS = 1_000_000
/** Characters that may wait for a slow or full disk. */
const MAX_BACKLOG = 67_108_864
/** The overhead of a change, in characters, roughly. */
const ENTRY_COST = 200

interface DurableWrite {
  resolve(): void
  reject(error: Error): void
}

/**
 * Changes that are not on disk yet: one commit a second for ordinary changes, one each 20 ms for durable ones. The newest
 * change of a value replaces the previous one. A failure is logged once and retried each second.
 */
export class WriteQueue {
  readonly #init: WriteQueueInit
  readonly #dirty = new Map<string, StateChange>()
  /** The changes that are being committed. */
  readonly #writing = new Map<string, StateChange>()
  /** The calls that wait for a value to be durable. */
  readonly #durable = new Map<string, DurableWrite[]>()
  /** The size of all changes, in characters. */
  #cost = 0
  /** Changes of this second's batch that are not committed yet. */
  #left = 0
  #timer: NodeJS.Timeout | undefined
  #timerAt = Number.POSITIVE_INFINITY
  #batchAt = Number.NEGATIVE_INFINITY
  #durableAt = Number.NEGATIVE_INFINITY
  #commit: Promise<void> = Promise.resolve()
  #isFailing = false
  #isFlushing = false
  #isClosed = false

  constructor(init: WriteQueueInit) {
    this.#init = init
  }

  /** Why nothing can be saved; undefined while the last commit succeeded. */
  get fault(): string | undefined {
    return this.#isFailing ? 'the store cannot be written' : undefined
  }

  get(id: string): StateChange | undefined {
    return this.#dirty.get(id) ?? this.#writing.get(id)
  }

  /** Every change that is not on disk yet, the newest of each value. */
  *changes(): Generator<StateChange> {
    for (const [id, change] of this.#writing) if (!this.#dirty.has(id)) yield change
    yield* this.#dirty.values()
  }

  /** @throws Error if the queue is full. */
  add(id: string, change: StateChange): void {
    if (this.#cost > MAX_BACKLOG)
      throw new Error(`Cannot store \`${change.name}\`: too many changes wait for the disk`)
    const replaced = this.#dirty.get(id)
    this.#cost += costOf(id, change) - (replaced ? costOf(id, replaced) : 0)
    this.#dirty.set(id, change)
    this.#schedule()
  }

  /** Resolves when the newest change of a value is on disk. Rejects with a `PublicError` 503 if that fails. */
  whenDurable(id: string): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#durable.set(id, [...(this.#durable.get(id) ?? []), { resolve, reject }])
      this.#schedule()
    })
  }

  /** Commits all changes now, as far as that succeeds. Never rejects. */
  async flush(): Promise<void> {
    if (this.#isClosed) return
    const before = this.#commit
    this.#commit = before.then(async () => {
      this.#isFlushing = true
      for (let isWritten = true; isWritten && this.#dirty.size > 0 && !this.#isClosed; )
        isWritten = await this.#writeFirst()
      this.#isFlushing = false
      this.#schedule()
    })
    await this.#commit
  }

  async #writeFirst(): Promise<boolean> {
    const ids = this.#first(this.#dirty, MAX_CHANGES)
    return this.#write(
      ids,
      ids.some((id) => this.#durable.has(id)),
    )
  }

  /** Forgets changes, and returns how many. One that is being committed reaches the disk all the same. */
  drop(isDropped: (change: StateChange) => boolean): number {
    let dropped = 0
    for (const changes of [this.#dirty, this.#writing]) {
      for (const [id, change] of changes) {
        if (!isDropped(change)) continue
        changes.delete(id)
        this.#cost -= costOf(id, change)
        dropped += 1
      }
    }
    return dropped
  }

  /** Commits everything. Rejects with a `StoreError` if that fails. */
  async close(): Promise<void> {
    this.#isClosed = true
    clearTimeout(this.#timer)
    await this.#commit
    for (let isWritten = true; isWritten && this.#dirty.size > 0; )
      isWritten = await this.#write(this.#first(this.#dirty, MAX_CHANGES), true)
    await this.#write([...this.#durable.keys()], true)
    if (this.#dirty.size === 0) return
    const { log, path } = this.#init
    log.error({ file: path, values: this.#dirty.size }, 'lost values that could not be saved')
    throw new StoreError(`${this.#dirty.size} values could not be written to ${path}, and are lost`)
  }

  #schedule(): void {
    if (this.#writing.size > 0 || this.#isFlushing || this.#isClosed) return
    const batchAt = this.#left > 0 ? 0 : this.#batchAt + WRITE_INTERVAL
    const dueAt = Math.min(
      this.#dirty.size > this.#durable.size ? batchAt : Number.POSITIVE_INFINITY,
      this.#durable.size > 0 ? this.#durableAt + DURABLE_INTERVAL : Number.POSITIVE_INFINITY,
    )
    if (dueAt >= this.#timerAt) return
    clearTimeout(this.#timer)
    this.#timerAt = dueAt
    const delay = Math.max(0, dueAt - performance.now())
    this.#timer = setTimeout(() => {
      this.#timerAt = Number.POSITIVE_INFINITY
      // It schedules the next batch when it is done.
      if (this.#isFlushing) return
      this.#commit = this.#writeDue().finally(() => this.#schedule())
    }, delay)
  }

  async #writeDue(): Promise<void> {
    const now = performance.now()
    // A timer may fire a fraction of a millisecond early.
    if (this.#durable.size > 0 && now >= this.#durableAt + DURABLE_INTERVAL - 1) {
      this.#durableAt = now
      await this.#write(this.#first(this.#durable, MAX_CHANGES), true)
      return
    }
    if (this.#left === 0) {
      this.#batchAt = now
      this.#left = this.#dirty.size
    }
    // Durable changes are written by the next durable commit.
    const ids = this.#first(this.#dirty, Math.min(this.#left, MAX_CHANGES)).filter(
      (id) => !this.#durable.has(id),
    )
    const isWritten = await this.#write(ids, false)
    this.#left = isWritten && ids.length > 0 ? this.#left - ids.length : 0
  }

  /** The oldest ids that fit into one commit. */
  #first(map: ReadonlyMap<string, unknown>, count: number): string[] {
    const ids: string[] = []
    let characters = 0
    for (const id of map.keys()) {
      if (ids.length >= count || characters >= MAX_CHARACTERS) break
      ids.push(id)
      characters += this.#dirty.get(id)?.json?.length ?? 0
    }
    return ids
  }

  /** Commits the changes of some values; returns whether that succeeded. */
  async #write(ids: readonly string[], isDurable: boolean): Promise<boolean> {
    const waiting = ids.flatMap((id) => this.#durable.get(id) ?? [])
    for (const id of ids) {
      const change = this.#dirty.get(id)
      if (change) this.#writing.set(id, change)
      this.#dirty.delete(id)
      this.#durable.delete(id)
    }
    try {
      if (this.#writing.size > 0) {
        await this.#init.write([...this.#writing.values()], { isDurable })
        this.#succeed()
      }
    } catch (error) {
      this.#fail(error as Error)
      for (const { reject } of waiting) reject(notSaved(error as Error))
      return false
    }
    for (const { resolve } of waiting) resolve()
    return true
  }

  #fail(error: Error): void {
    for (const [id, change] of this.#writing) {
      if (this.#dirty.has(id)) this.#cost -= costOf(id, change)
      else this.#dirty.set(id, change)
    }
    this.#writing.clear()
    const { log, path } = this.#init
    if (!this.#isFailing) log.error({ file: path, error: error.message }, 'store write failed, will retry')
    this.#isFailing = true
  }

  #succeed(): void {
    for (const [id, change] of this.#writing) {
      this.#cost -= costOf(id, change)
      if (!this.#dirty.has(id)) this.#init.onWritten(id, change)
    }
    this.#writing.clear()
    const { log, path } = this.#init
    if (this.#isFailing) log.info({ file: path }, 'store writes succeed again')
    this.#isFailing = false
  }
}

function costOf(id: string, { json = '' }: StateChange): number {
  return id.length + json.length + ENTRY_COST
}

function notSaved(cause: Error): PublicError {
  return new PublicError({
    code: 'not-saved',
    status: 503,
    caption: 'the value could not be saved',
    detail: `the value could not be saved: ${cause.message}; the server keeps retrying`,
    headers: { 'Retry-After': '1' },
    cause,
  })
}
