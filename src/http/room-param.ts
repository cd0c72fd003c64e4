import type { RoomSummary, Rooms } from '../cluster/rooms.ts'
import { type Fault, notFound, PublicError, quote } from '../errors.ts'
import { checkKey, isWidgetName, roomOf } from '../widget/room.ts'

/** What a path names a room by. */
interface RoomParams {
  widget?: string
  key?: string
}

/** The room that a path names. @throws PublicError 400 for what no room is called. */
export function readRoom({ widget = '', key = '' }: RoomParams): string {
  if (!isWidgetName(widget)) {
    const detail = `expected the name of a widget, like online, got ${quote(widget)}`
    const faults: Fault[] = [{ name: 'widget', detail }]
    throw new PublicError({ code: 'bad-widget', status: 400, caption: `widget: ${detail}`, faults })
  }
  checkKey(key)
  return roomOf({ widget, key })
}

/** What is known of the room that a path names. @throws PublicError 400, and 404 where nothing is. */
export async function findRoom(rooms: Rooms, params: RoomParams): Promise<RoomSummary> {
  const room = readRoom(params)
  const summary = await rooms.get(room)
  if (!summary) throw notFound(`nobody has watched ${room} or asked for it yet`)
  return summary
}
