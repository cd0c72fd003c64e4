import type { NewRooms } from '../../viewer/new-rooms.ts'
import { checkKey, isKey } from '../../widget/key.ts'
import type { Manifest } from '../../widget/manifest.ts'
import { roomOf } from '../../widget/room.ts'
import { extensionOf } from '../picture-path.ts'

/** The part of a click's path before `/click`. */
export interface ClickPath {
  widget: string
  /** Undefined for `/<widget>.<ext>/click`. */
  key?: string | undefined
}

/** A picture that takes clicks, and its key. */
export interface ClickRoom {
  manifest: Manifest
  key: string
}

/**
 * Finds the room of a click. People append `/click` to the address of the picture, with its extension: that is the
 * picture's room, unless there is a room of the whole name. Resolves to undefined for a picture that takes no clicks.
 * @throws PublicError 400 for a wrong key.
 */
export async function findClickRoom(
  { widget, key }: ClickPath,
  manifests: ReadonlyMap<string, Manifest>,
  newRooms: Pick<NewRooms, 'exists'>,
): Promise<ClickRoom | undefined> {
  const manifest = manifests.get(key === undefined ? withoutExtension(widget) : widget)
  if (!manifest?.handles.click) return undefined
  const { name, key: grammar } = manifest
  if (key === undefined) return { manifest, key: grammar.default }
  const bare = withoutExtension(key)
  const isBare = bare !== key && isKey(bare, grammar)
  const meant = isBare && !(await newRooms.exists(roomOf({ widget: name, key }))) ? bare : key
  checkKey(meant, grammar)
  return { manifest, key: meant }
}

/** Whether a segment is a widget's name with an extension of a picture. */
export function isPictureName(segment: string): boolean {
  return withoutExtension(segment) !== segment
}

function withoutExtension(segment: string): string {
  const extension = extensionOf(segment)
  return extension === undefined ? segment : segment.slice(0, -extension.length - 1)
}
