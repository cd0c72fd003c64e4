import type { Cluster } from '../cluster/cluster.ts'
import { clusterTime } from '../cluster/cluster-time.ts'
import { readRoomHistory } from '../cluster/room-history.ts'
import type { WriteOptions } from '../cluster/store.ts'
import type { StateRequest } from '../render/protocol.ts'
import { readNumberSeries } from '../series/read-series.ts'
import type { Digits } from '../widget/digit-themes.ts'
import { changeState } from '../widget/state-change.ts'
import { checkStateName, isServerName } from '../widget/state-name.ts'

/** The server's own names that widgets can read: polls and hooks hold secrets. */
const READABLE = /^\$(?:hits|days|digits|picture)(?::|$)/

/** Thrown to leave a value as it is. */
const UNCHANGED = new Error('nothing is to be written')

/** The name under which every room has the digits of a theme. */
const DIGITS = '$digits:'

/** The options of `serveStateRequest`. */
export interface StateRequestOptions extends WriteOptions {
  /** @default none */
  themes?: ReadonlyMap<string, Digits>
}

/** Serves a widget's request to read or write a room's state. Rejects with a `TypeError` for a bad name. */
export async function serveStateRequest(
  cluster: Cluster,
  request: StateRequest,
  { themes = new Map(), durable = false }: StateRequestOptions = {},
): Promise<unknown> {
  if (request.operation === 'history') return readRoomHistory(cluster, request.room, request.span)
  if (request.operation === 'series')
    return readNumberSeries(cluster.store, request.key, request.period, clusterTime(cluster.store))
  const { store, hits } = cluster
  const { room, name } = request
  checkStateName(name)
  if (isServerName(name) && !READABLE.test(name))
    throw new TypeError(
      `Expected a name of the widget's own, or $hits, $days, $digits or $picture, got "${name}"`,
    )
  if (request.operation !== 'get' && isServerName(name))
    throw new TypeError(`Expected a name that widgets can write, got "${name}", which is read-only`)
  switch (request.operation) {
    case 'get':
      if (name.startsWith(DIGITS)) return themes.get(name.slice(DIGITS.length))
      hits.widgetRead(room, name)
      return store.get(room, name)
    case 'set':
      return store.set(room, name, request.value, { durable })
    case 'add':
      return store.add(room, name, request.value as number, { durable })
    case 'delete':
      return store.delete(room, name, { durable })
    default:
      return applyChange(cluster, request, { durable })
  }
}

async function applyChange(
  { store }: Pick<Cluster, 'store'>,
  { room, name, ...change }: Exclude<StateRequest, { operation: 'get' | 'history' | 'series' }>,
  options: WriteOptions,
): Promise<unknown> {
  let result: unknown
  try {
    const apply = (current: unknown) => {
      const changed = changeState(name, current, change)
      result = changed.result
      if (changed.isUnchanged) throw UNCHANGED
      return changed.value
    }
    await store.update(room, name, apply, options)
  } catch (error) {
    if (error !== UNCHANGED) throw error
  }
  return result
}
