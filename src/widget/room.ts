import { type Fault, PublicError, quote } from '../errors.ts'

/** The two parts of a room's name. */
export interface RoomParts {
  /** The widget's name: its file's name, in kebab-case. */
  widget: string
  /** What tells the widget's rooms apart. */
  key: string
}

const KEY = /^[A-Za-z0-9._~-]{1,64}$/
const WIDGET = /^[a-z][a-z0-9]*(-[a-z0-9]+)*$/
const MAX_WIDGET_LENGTH = 64

/** Makes the name of a room, `<widget>/<key>`: what is counted and remembered. */
export function roomOf({ widget, key }: RoomParts): string {
  return `${widget}/${key}`
}

/** Splits the name of a room. Only the first slash separates: a widget's own key grammar may allow more. */
export function parseRoom(room: string): RoomParts {
  const slash = room.indexOf('/')
  if (slash < 0) return { widget: room, key: '' }
  return { widget: room.slice(0, slash), key: room.slice(slash + 1) }
}

/** Whether a text is a room's name, with a key of the default grammar. */
export function isRoomName(text: string): boolean {
  const { widget, key } = parseRoom(text)
  return isWidgetName(widget) && isKey(key)
}

/** Whether a text can be the name of a widget: a file name and a part of a URL, in kebab-case. */
export function isWidgetName(text: string): boolean {
  return text.length <= MAX_WIDGET_LENGTH && WIDGET.test(text)
}

/** Whether a text is a key of the default grammar: 1 to 64 characters `A-Z a-z 0-9 . _ ~ -`. */
export function isKey(text: string): boolean {
  return KEY.test(text)
}

/** @throws PublicError 400 for a key outside the default grammar. */
export function checkKey(key: string): void {
  if (!isKey(key)) throw badKey(key)
}

/** The error for a key outside the default grammar. */
export function badKey(key: string): PublicError {
  const detail = `expected 1 to 64 characters of A-Z a-z 0-9 . _ ~ -, got ${quote(key)}`
  const faults: Fault[] = [{ name: 'key', detail }]
  return new PublicError({ code: 'bad-key', status: 400, caption: `key: ${detail}`, faults })
}
