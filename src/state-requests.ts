import type { Cluster } from './cluster/cluster.ts'
import { readRoomHistory } from './cluster/room-history.ts'
import type { StateRequest } from './render/protocol.ts'
import { checkStateName, isServerName } from './widget/state-name.ts'

/** The server's own names that widgets can read: polls and hooks hold secrets. */
const READABLE = /^\$(?:hits|days)(?::|$)/

/** Serves a widget's request to read or write a room's state. Rejects with a `TypeError` for a bad name. */
export async function serveStateRequest(cluster: Cluster, request: StateRequest): Promise<unknown> {
  if (request.operation === 'history') return readRoomHistory(cluster, request.room, request.span)
  const { store, hits } = cluster
  const { operation, room, name, value } = request
  checkStateName(name)
  if (isServerName(name) && !READABLE.test(name))
    throw new TypeError(`Expected a name of the widget's own, or $hits or $days, got "${name}"`)
  if (operation !== 'get' && isServerName(name))
    throw new TypeError(`Expected a name that widgets can write, got "${name}", which is read-only`)
  switch (operation) {
    case 'get':
      hits.widgetRead(room, name)
      return store.get(room, name)
    case 'set':
      return store.set(room, name, value)
    case 'add':
      return store.add(room, name, value as number)
  }
}
