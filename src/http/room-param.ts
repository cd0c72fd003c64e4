import type { RoomSummary, Rooms } from '../cluster/rooms.ts'
import { notFound } from '../errors.ts'
import { knownRoom } from '../widget/known-room.ts'
import type { Manifest } from '../widget/manifest.ts'

/** The loaded widgets: a reload replaces the map. */
export interface Manifests {
  readonly manifests: ReadonlyMap<string, Manifest>
}

/** The parameters of a path with a room. */
interface RoomParams {
  widget?: string
  key?: string
}

/** Reads the room in a path. @throws PublicError as `knownRoom`. */
export function readRoom({ manifests }: Manifests, { widget = '', key = '' }: RoomParams): string {
  return knownRoom(manifests, { widget, key })
}

/** Returns the counts of the room in a path. @throws PublicError as `readRoom`; 404 for an unused room. */
export async function findRoom(known: Manifests, rooms: Rooms, params: RoomParams): Promise<RoomSummary> {
  const room = readRoom(known, params)
  const summary = await rooms.find(room)
  if (!summary) throw notFound(`no viewer or request yet for ${room}`)
  return summary
}
