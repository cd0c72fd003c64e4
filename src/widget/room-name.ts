import { isKey } from './key.ts'

const WIDGET = /^[a-z][a-z0-9]*(-[a-z0-9]+)*$/
const LONGEST_WIDGET = 64

/** Whether a text can be the name of a widget: a file name and a part of a URL, in kebab-case. */
export function isWidgetName(text: string): boolean {
  return text.length <= LONGEST_WIDGET && WIDGET.test(text)
}

/** Whether a text can be the name of a room: `<widget>/<key>`. */
export function isRoomName(text: string): boolean {
  const slash = text.indexOf('/')
  return slash > 0 && isWidgetName(text.slice(0, slash)) && isKey(text.slice(slash + 1))
}
