import { notFound, PublicError, quote } from '../errors.ts'
import { checkKey, isKeyText } from './key.ts'
import type { Manifest } from './manifest.ts'
import { isWidgetName, type RoomParts, roomOf } from './room.ts'

/**
 * Returns the name of the room with a requested widget and key, checked against the widget's key grammar. If the widget
 * was removed but its rooms are still stored, any key is accepted.
 * @throws PublicError 400 for malformed names; 404 for keys that the widget does not have, and for stateless widgets.
 */
export function knownRoom(manifests: ReadonlyMap<string, Manifest>, { widget, key }: RoomParts): string {
  if (!isWidgetName(widget)) {
    const detail = `expected the name of a widget, in kebab-case, got ${quote(widget)}`
    const faults = [{ name: 'widget', detail }]
    throw new PublicError({
      code: 'bad-widget',
      status: 400,
      caption: 'no such widget',
      detail: `widget: ${detail}`,
      faults,
    })
  }
  const manifest = manifests.get(widget)
  if (manifest?.stateless) throw notFound(`${widget} has no rooms: it counts and remembers nothing`)
  if (manifest || !isKeyText(key)) checkKey(key, manifest?.key)
  return roomOf({ widget, key })
}
