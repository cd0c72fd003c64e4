import { LRUCache } from 'lru-cache'
import type { Bus, Change } from '../cluster/bus.ts'
import type { Payers } from '../render/fair-shares.ts'
import type { Job, LoadRead, LoadResult } from '../render/protocol.ts'
import type { Renderer } from '../render/renderer.ts'
import { Backoff } from '../system/backoff.ts'
import type { LoadSpec } from '../widget/kept-load.ts'
import { roomOf } from '../widget/room.ts'
import type { PushedData } from './pushed-data.ts'
import type { ChannelSpec } from './spec.ts'

/** The parts that `LoadedData` works with. */
export interface LoadedDataInit {
  renderer: Pick<Renderer, 'manifests' | 'loadData'>
  pushedData: Pick<PushedData, 'of'>
  bus: Pick<Bus, 'subscribe' | 'onReconnect'>
  /** Milliseconds for which a result is used if its widget does not say. */
  heartbeat: number
}

/** The data of a picture. */
export interface LoadedPicture {
  /** As a job contains it. */
  loaded: NonNullable<Job['loaded']>
  /** When it was loaded, in milliseconds since the epoch. */
  at: number
  /** Other rooms whose changes redraw the picture. */
  rooms: readonly string[]
}

/** The data of one room with certain parameters. */
interface Entry {
  id: string
  room: string
  /** The code that loaded it. */
  code: Renderer['manifests']
  picture: LoadedPicture | undefined
  reads: readonly LoadRead[]
  /** When its load began, by `performance.now()`. */
  loadedAt: number
  /** Whether something that it was loaded from has changed since its load began. */
  isTouched: boolean
  flight: Promise<void> | undefined
  failure: { error: unknown; retryAt: number } | undefined
  readonly backoff: Backoff
}

/** Memory for data, in bytes. */
const MAX_BYTES = 32 * 2 ** 20
/** The overhead of an entry, in bytes, roughly. */
const ENTRY_COST = 1_000
/** Milliseconds after which a failed load is repeated; the heartbeat is the shortest. */
const PAUSES = [1_000, 6_000, 15_000, 60_000, 300_000]
/** A heartbeat is counted from before the load: the part of it that a load is used for. */
const HEARTBEAT_SHARE = 0.9
const NO_COUNTS = { connections: 0, visitors: 0, peak: 0 }

/**
 * Runs the `load` of widgets: once for all pictures of a room with equal parameters, in any format, size and scale, and
 * only when its result is no longer to be used. The result is kept as bytes: equal bytes are the same data.
 */
export class LoadedData {
  readonly #init: LoadedDataInit
  readonly #entries = new LRUCache<string, Entry>({
    maxSize: MAX_BYTES,
    sizeCalculation: ({ picture, id }) => (picture?.loaded.bytes?.length ?? 0) + id.length * 2 + ENTRY_COST,
    dispose: (entry, _id, reason) => {
      if (reason !== 'set') this.#forget(entry)
    },
  })
  /** The entries that a room's changes can touch. */
  readonly #byRoom = new Map<string, Set<Entry>>()
  #lastVersion = 0

  constructor(init: LoadedDataInit) {
    this.#init = init
    init.bus.subscribe((room, change) => this.#onChange(room, change))
    init.bus.onReconnect(() => {
      for (const entry of this.#entries.values()) entry.isTouched = true
    })
  }

  /**
   * Resolves to the current data of a picture: loaded now, or before; while `load` fails, to the last one, if the widget
   * allows it. Undefined if its widget loads nothing, if its `start` has pushed data, or for its example.
   * @param payers the networks that a new load is charged to.
   */
  async read(spec: ChannelSpec, payers?: () => Payers): Promise<LoadedPicture | undefined> {
    const { renderer, pushedData } = this.#init
    const { load, hasExample } = renderer.manifests.get(spec.widget) ?? {}
    if (!load || pushedData.of(spec) || (hasExample && spec.look.example)) return undefined
    const entry = this.#find(spec) ?? this.#add(spec)
    // Twice, as a load that is under way may have begun before the last change.
    for (let turn = 0; turn < 2 && this.#isDue(entry, load); turn += 1) {
      entry.flight ??= this.#load(entry, spec, payers).finally(() => {
        entry.flight = undefined
      })
      await entry.flight
    }
    const { picture, failure } = entry
    if (picture && (!failure || isUsable(picture, load))) return picture
    if (failure) throw failure.error
    return picture
  }

  /** The newest data of a picture, however old: for a client that would otherwise get only the error of its `load`. */
  last(spec: ChannelSpec): LoadedPicture | undefined {
    return this.#find(spec)?.picture
  }

  /** Whether a picture that was drawn from this data would be drawn from it again. */
  isCurrent(spec: ChannelSpec, drawn: LoadedPicture): boolean {
    const load = this.#init.renderer.manifests.get(spec.widget)?.load
    const entry = this.#find(spec)
    return (
      load !== undefined &&
      entry?.picture?.loaded.version === drawn.loaded.version &&
      entry.failure === undefined &&
      !this.#isDue(entry, load)
    )
  }

  /** Makes the next reader of a picture's data load it again. */
  touch(spec: ChannelSpec): void {
    const entry = this.#find(spec)
    if (entry) entry.isTouched = true
  }

  #isDue(entry: Entry, { keep = this.#init.heartbeat * HEARTBEAT_SHARE }: LoadSpec): boolean {
    if (entry.flight || entry.isTouched) return true
    if (entry.failure) return performance.now() >= entry.failure.retryAt
    return !entry.picture || performance.now() - entry.loadedAt >= keep
  }

  async #load(entry: Entry, spec: ChannelSpec, payers: (() => Payers) | undefined): Promise<void> {
    const { renderer, heartbeat } = this.#init
    this.#lastVersion += 1
    const next = { id: entry.id, version: this.#lastVersion, bytes: undefined }
    const startedAt = performance.now()
    const time = Date.now()
    entry.isTouched = false
    try {
      const result = await renderer.loadData({ ...spec, ...NO_COUNTS, time, loaded: next }, payers)
      checkResult(result)
      const { bytes, rooms, reads } = result
      const known = entry.picture?.loaded
      const isSame = bytes !== undefined && known?.bytes?.equals(bytes) === true
      this.#follow(entry, rooms)
      const loaded = isSame ? known : { ...next, bytes }
      Object.assign(entry, { picture: { loaded, at: time, rooms }, reads, loadedAt: startedAt })
      entry.failure = undefined
      entry.backoff.reset()
      // The size of the entry has changed.
      if (this.#entries.peek(entry.id) === entry) this.#entries.set(entry.id, entry)
    } catch (error) {
      entry.backoff.fail()
      const pause = Math.max(heartbeat * HEARTBEAT_SHARE, entry.backoff.pause)
      entry.failure = { error, retryAt: performance.now() + pause }
    }
  }

  #find(spec: ChannelSpec): Entry | undefined {
    const entry = this.#entries.get(idOf(spec))
    return entry?.code === this.#init.renderer.manifests ? entry : undefined
  }

  #add(spec: ChannelSpec): Entry {
    const id = idOf(spec)
    const entry: Entry = {
      ...{ id, room: roomOf(spec), code: this.#init.renderer.manifests, picture: undefined },
      // Until it is known what it reads.
      reads: ['state'],
      ...{ loadedAt: 0, isTouched: false, flight: undefined, failure: undefined },
      backoff: new Backoff(PAUSES),
    }
    // An entry of older code.
    this.#entries.delete(id)
    this.#entries.set(id, entry)
    this.#index(entry.room, entry)
    return entry
  }

  #onChange(room: string, change: Change): void {
    for (const entry of this.#byRoom.get(room) ?? []) {
      if (change === 'redraw' || entry.room !== room || isRead(entry.reads, change)) entry.isTouched = true
    }
  }

  #follow(entry: Entry, rooms: readonly string[]): void {
    for (const room of entry.picture?.rooms ?? []) if (room !== entry.room) this.#unindex(room, entry)
    // It may have been evicted meanwhile.
    if (this.#entries.peek(entry.id) !== entry) return
    for (const room of rooms) this.#index(room, entry)
  }

  #forget(entry: Entry): void {
    for (const room of [entry.room, ...(entry.picture?.rooms ?? [])]) this.#unindex(room, entry)
  }

  #index(room: string, entry: Entry): void {
    this.#byRoom.set(room, (this.#byRoom.get(room) ?? new Set()).add(entry))
  }

  #unindex(room: string, entry: Entry): void {
    const entries = this.#byRoom.get(room)
    entries?.delete(entry)
    if (entries?.size === 0) this.#byRoom.delete(room)
  }
}

/** The part of a job that contains data. */
export function toJobData(picture: LoadedPicture | undefined, time: number): Pick<Job, 'loaded' | 'dataAge'> {
  return picture ? { loaded: picture.loaded, dataAge: Math.max(0, time - picture.at) } : {}
}

/** Whether data that cannot be renewed may still be shown. */
function isUsable({ at }: LoadedPicture, { keep, staleIfError }: LoadSpec): boolean {
  return keep !== undefined && Date.now() - at < keep + staleIfError
}

/** Whether a change of the picture's own room changes what its `load` has read. */
function isRead(reads: readonly LoadRead[], change: Change): boolean {
  if (change === 'presence') return reads.includes('history')
  return change !== 'settings' && reads.length > 0
}

/** Any code in a render process can send a message that looks like a result. */
function checkResult({ bytes, rooms, reads }: LoadResult): void {
  if (!(bytes === undefined || Buffer.isBuffer(bytes)) || !Array.isArray(rooms) || !Array.isArray(reads))
    throw new TypeError('expected the result of a load')
}

/** `load` gets only the room and the parameters, and not the rest of a look. */
function idOf(spec: ChannelSpec): string {
  return JSON.stringify([roomOf(spec), spec.look.params])
}
