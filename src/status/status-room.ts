import { roomOf } from '../widget/room.ts'

/** The widget that shows statuses. The status API and polls own it: they write the state that it draws. */
export const STATUS_WIDGET = 'status'

/** The room that stores a status. */
export function statusRoom(key: string): string {
  return roomOf({ widget: STATUS_WIDGET, key })
}
