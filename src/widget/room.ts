import { isKeyText } from './key.ts'

/** The two parts of a room's name. */
export interface RoomParts {
  /** The widget's name: its file's name, in kebab-case. */
  widget: string
  /** Distinguishes the rooms of one widget. The widget declares its grammar. */
  key: string
}

const WIDGET = /^[a-z][a-z0-9]*(-[a-z0-9]+)*$/
const MAX_WIDGET_LENGTH = 64

/** Returns the name of a room, `<widget>/<key>`: the unit of counting and of state. */
export function roomOf({ widget, key }: RoomParts): string {
  return `${widget}/${key}`
}

/** Returns the path of a room's pictures, without base and extension: `/<widget>/<key>`, percent-encoded. */
export function pathOfRoom({ widget, key }: RoomParts): string {
  return `/${widget}/${encodeURIComponent(key)}`
}

/** Splits the name of a room at its first slash: keys may contain slashes if the widget's grammar allows them. */
export function parseRoom(room: string): RoomParts {
  const slash = room.indexOf('/')
  if (slash < 0) return { widget: room, key: '' }
  return { widget: room.slice(0, slash), key: room.slice(slash + 1) }
}

/** The keys of rooms that `imgcast doctor` opens: a stranger can examine a server, and must leave nothing behind. */
const DOCTOR_KEY = /^doctor-(?:[1-4]|[0-9a-f]{16})-[a-z]{1,16}$/

/** Whether viewers of a room are counted while they are there, and nothing of it is remembered. */
export function isPassingRoom(room: string): boolean {
  return DOCTOR_KEY.test(parseRoom(room).key)
}

/** Whether a text can be the name of a room whose key has no slash. */
export function isRoomName(text: string): boolean {
  const { widget, key } = parseRoom(text)
  return isWidgetName(widget) && isKeyText(key) && !key.includes('/')
}

/** Whether a text can be the name of a widget, which is a file name and a URL segment: kebab-case. */
export function isWidgetName(text: string): boolean {
  return text.length <= MAX_WIDGET_LENGTH && WIDGET.test(text)
}
