import { isKeyText } from './key.ts'

/** The two parts of a room's name. */
export interface RoomParts {
  /** The widget's name: its file's name, in kebab-case. */
  widget: string
  /** Distinguishes the rooms of one widget. Its grammar is the widget's own. */
  key: string
}

const WIDGET = /^[a-z][a-z0-9]*(-[a-z0-9]+)*$/
const MAX_WIDGET_LENGTH = 64

/** Makes the name of a room, `<widget>/<key>`: what is counted and remembered. */
export function roomOf({ widget, key }: RoomParts): string {
  return `${widget}/${key}`
}

/** The path of a room's pictures, with neither a base nor an extension: `/<widget>/<key>`, encoded. */
export function pathOfRoom({ widget, key }: RoomParts): string {
  return `/${widget}/${encodeURIComponent(key)}`
}

/** Splits the name of a room at its first slash: a widget's own key grammar may allow more of them. */
export function parseRoom(room: string): RoomParts {
  const slash = room.indexOf('/')
  if (slash < 0) return { widget: room, key: '' }
  return { widget: room.slice(0, slash), key: room.slice(slash + 1) }
}

/** Whether a text can be the name of a room of some widget, with a key that has no slash. */
export function isRoomName(text: string): boolean {
  const { widget, key } = parseRoom(text)
  return isWidgetName(widget) && isKeyText(key) && !key.includes('/')
}

/** Whether a text can be the name of a widget: a file name and a part of a URL, in kebab-case. */
export function isWidgetName(text: string): boolean {
  return text.length <= MAX_WIDGET_LENGTH && WIDGET.test(text)
}
