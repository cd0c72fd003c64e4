import type { Cluster } from '../cluster/cluster.ts'
import { HITS, toHits } from '../cluster/hits.ts'
import { readRoomHistory } from '../cluster/room-history.ts'
import { quote } from '../errors.ts'
import { findManifest } from '../http/picture/find-manifest.ts'
import { createRoomState } from '../render/host/room-state.ts'
import { checkOptions } from '../system/unknown-fields.ts'
import { knownRoom } from '../widget/known-room.ts'
import type { Manifest } from '../widget/manifest.ts'
import { parseRoom } from '../widget/room.ts'
import { type HistorySpan, type RoomHistory, withEveryStep } from '../widget/room-history.ts'
import type { RoomState } from '../widget/widget.ts'
import type { HostEvents, RoomListener } from './host-events.ts'
import { serveStateRequest } from './state-requests.ts'

/** The counts of a room. */
export interface RoomCounts {
  /** Open picture streams. */
  connections: number
  /** Distinct people among them. */
  visitors: number
  /** Maximum number of concurrent visitors since the room was first watched. */
  peak: number
  /** How often a picture of the room was requested. */
  hits: number
}

/**
 * A room, for the app that runs the server: the same values, counts and events as its pictures and the HTTP API. A write
 * resolves once it is saved, and rejects with a `PublicError` 404 if there is no such widget.
 */
export interface HostRoom extends RoomState {
  /** `<widget>/<key>`. */
  readonly name: string
  counts(): Promise<RoomCounts>
  /** The counts over the last hour, day or week. @default the last day */
  history(request?: { span?: HistorySpan }): Promise<RoomHistory>
  /** Calls `listener` for every event of a type in this room; returns an unsubscribe function. */
  on(...listener: RoomListener): () => void
}

/** The parts that rooms are read from. */
export interface HostRoomInit {
  cluster: Cluster
  events: HostEvents
  /** The loaded widgets: a reload replaces the map. */
  manifests(): ReadonlyMap<string, Manifest>
}

/** Reads the name of a room that an app gives. @throws PublicError as `knownRoom`, TypeError for anything but a room. */
export function readHostRoom(manifests: ReadonlyMap<string, Manifest>, room: string): string {
  if (typeof room !== 'string' || !room.includes('/'))
    throw new TypeError(`Expected a room like board/main, got ${quote(room)}`)
  return knownRoom(manifests, parseRoom(room))
}

/** Creates the access to a room. @throws PublicError for a malformed name or a key that the widget does not have. */
export function createHostRoom(room: string, { cluster, events, manifests }: HostRoomInit): HostRoom {
  const name = readHostRoom(manifests(), room)
  const state = createRoomState(name, async (request) => {
    if (request.operation !== 'get') findManifest(manifests(), parseRoom(name).widget)
    return serveStateRequest(cluster, request, { durable: true })
  })
  return {
    ...state,
    name,
    async counts() {
      const [{ connections, visitors, peak }, hits] = await Promise.all([
        cluster.presence.counts(name),
        cluster.store.get(name, HITS),
      ])
      return { connections, visitors, peak, hits: toHits(hits) }
    },
    history: async (request = {}) => {
      checkOptions('history', request, ['span'])
      return withEveryStep(await readRoomHistory(cluster, name, request.span ?? 'day'))
    },
    on: (...listener) => events.onRoom(name, ...listener),
  }
}
