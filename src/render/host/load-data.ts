import { serialize } from 'node:v8'
import { LRUCache } from 'lru-cache'
import { checkOptions } from '../../system/unknown-fields.ts'
import { loadOf } from '../../widget/kept-load.ts'
import type { LoadedWidget } from '../../widget/load-widget.ts'
import { type NumberSeries, type SeriesRequest, seriesRoom } from '../../widget/number-series.ts'
import { type HistoryRequest, type RoomHistory, withEveryStep } from '../../widget/room-history.ts'
import type { Job, LoadRead, LoadResult } from '../protocol.ts'
import { roomScope, valuesOf } from './job-scope.ts'
import type { AskState } from './room-state.ts'

/** The most other rooms that one picture can read. */
const MAX_ROOMS = 50
/** Larger data is loaded by each process for itself. */
const MAX_PORTABLE_BYTES = 2 * 2 ** 20
/** Values that are kept because they cannot be sent, such as decoded images. */
const MAX_OWN_VALUES = 50

/** The result of a widget's `load`, and what it has read. */
export interface LoadedValue {
  data: unknown
  /** The other rooms. */
  rooms: readonly string[]
  reads: readonly LoadRead[]
}

/** Runs a widget's `load`. */
export async function loadData(
  { widget, manifest }: LoadedWidget,
  job: Job,
  signal: AbortSignal,
  ask: AskState,
): Promise<LoadedValue> {
  const rooms = new Set<string>()
  const reads = new Set<LoadRead>()
  const scope = roomScope(manifest, job, (request) => {
    reads.add('state')
    return ask(request)
  })
  const history = async (request: HistoryRequest) => {
    checkOptions('history', request, ['room', 'span'])
    const { room = scope.room, span } = request
    reads.add('history')
    return withEveryStep((await ask({ operation: 'history', room, span })) as RoomHistory)
  }
  const follow = (room: string) => {
    rooms.add(room)
    if (rooms.size > MAX_ROOMS) throw new RangeError(`Expected at most ${MAX_ROOMS} rooms to be read`)
  }
  const readRoom = <T>(room: string, name: string) => {
    follow(room)
    return ask({ operation: 'get', room, name }) as Promise<T | undefined>
  }
  const series = async (request: SeriesRequest = {}) => {
    checkOptions('series', request, ['key', 'period'])
    const { key = job.key, period } = request
    follow(seriesRoom(key))
    return (await ask({ operation: 'series', key, period })) as NumberSeries
  }
  const params = valuesOf({ widget, manifest }, job)
  const data = await loadOf(widget)?.({ ...scope, history, series, readRoom, params, signal })
  return { data, rooms: [...rooms], reads: [...reads] }
}

/** The data that this process has loaded and that cannot be sent to others, by the server's id and version. */
export class OwnValues {
  readonly #values = new LRUCache<string, { version: number; value: LoadedValue }>({ max: MAX_OWN_VALUES })

  get({ id, version }: NonNullable<Job['loaded']>): LoadedValue | undefined {
    const known = this.#values.get(id)
    return known?.version === version ? known.value : undefined
  }

  /** Returns what the server needs to know; keeps the data itself only if it cannot be sent. */
  add({ id, version }: NonNullable<Job['loaded']>, value: LoadedValue): LoadResult {
    const { data, rooms, reads } = value
    const bytes = toPortable(data)
    if (!bytes) this.#values.set(id, { version, value })
    return { bytes, rooms, reads }
  }
}

/** Returns data in a form for other processes; undefined for what would lose its class or its functions, or is too large. */
export function toPortable(data: unknown): Buffer | undefined {
  try {
    if (!isPortable(data, new Set())) return undefined
    const bytes = serialize(data)
    return bytes.length <= MAX_PORTABLE_BYTES ? bytes : undefined
  } catch {
    // Nested too deeply, or a getter that throws.
    return undefined
  }
}

function isPortable(value: unknown, seen: Set<object>): boolean {
  if (typeof value === 'function' || typeof value === 'symbol') return false
  if (typeof value !== 'object' || value === null || seen.has(value)) return true
  seen.add(value)
  const prototype: unknown = Object.getPrototypeOf(value)
  const isPlain = prototype === null || prototype === Object.prototype || prototype === Array.prototype
  const parts = isPlain ? Object.values(value) : value instanceof Map ? [...value].flat() : undefined
  if (parts) return parts.every((part) => isPortable(part, seen))
  if (value instanceof Set) return [...value].every((part) => isPortable(part, seen))
  return value instanceof Date || value instanceof Uint8Array || value instanceof ArrayBuffer
}
