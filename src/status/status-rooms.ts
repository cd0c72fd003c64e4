import { type Roles, widgetOf } from '../widget/role.ts'
import { parseRoom, roomOf } from '../widget/room.ts'

/** The rooms of statuses. The status API and polls own their state, which the widget with the role `status-badge` shows. */
export class StatusRooms {
  /** The widget of these rooms. */
  readonly widget: string

  /** @throws Error if no widget has the role. */
  constructor(roles: Roles) {
    this.widget = widgetOf(roles, 'status-badge')
  }

  /** The room of a status. */
  of(key: string): string {
    return roomOf({ widget: this.widget, key })
  }

  /** Whether a room stores a status. */
  has(room: string): boolean {
    return this.keyOf(room) !== undefined
  }

  /** The key of a status from its room; undefined for any other room. */
  keyOf(room: string): string | undefined {
    const { widget, key } = parseRoom(room)
    return widget === this.widget ? key : undefined
  }
}
