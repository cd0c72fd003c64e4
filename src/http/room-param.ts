import type { RoomSummary, Rooms } from '../cluster/rooms.ts'
import { notFound } from '../errors.ts'
import { knownRoom } from '../widget/known-room.ts'
import type { Manifest } from '../widget/manifest.ts'

/** The widgets that there are now: a reload replaces the map. */
export interface Manifests {
  readonly manifests: ReadonlyMap<string, Manifest>
}

/** The parameters of a path that name a room. */
interface RoomParams {
  widget?: string
  key?: string
}

/** Reads the room that a path names. @throws PublicError as `knownRoom`. */
export function readRoom({ manifests }: Manifests, { widget = '', key = '' }: RoomParams): string {
  return knownRoom(manifests, { widget, key })
}

/** Finds all that is counted of the room that a path names. @throws PublicError as `readRoom`; 404 for an unused room. */
export async function findRoom(known: Manifests, rooms: Rooms, params: RoomParams): Promise<RoomSummary> {
  const room = readRoom(known, params)
  const summary = await rooms.get(room)
  if (!summary) throw notFound(`nobody has watched ${room} or asked for it yet`)
  return summary
}
