import { dirname } from 'node:path'
import { builtInFolder } from '../../widget/built-in-folder.ts'
import type { Manifest } from '../../widget/manifest.ts'

/** One widget in a gallery. */
export interface Exhibit {
  manifest: Manifest
  /** Its picture is a stream, not a still. */
  isLive: boolean
}

/** What people come for first; widgets that are not named follow by their titles. */
const FIRST = [
  'online',
  'sine',
  'status',
  'traffic-light',
  'hits',
  'clock',
  'countdown',
  'chart',
  'rooms',
  'grid',
]

/**
 * The order of a gallery: people's own widgets by their titles, so that an author sees what a change does, then the
 * built-in ones. Where only some can be live, those are that would else stand still: a still of what repeats itself is
 * an animation.
 * @param most how many pictures may be streams.
 */
export function toGalleryOrder(widgets: readonly Manifest[], most: number): Exhibit[] {
  const folder = builtInFolder()
  const isBuiltIn = ({ file }: Manifest) => dirname(file) === folder
  const placeOf = (manifest: Manifest) => {
    if (!isBuiltIn(manifest)) return -1
    const place = FIRST.indexOf(manifest.name)
    return place < 0 ? FIRST.length : place
  }
  const order = widgets.toSorted(
    (one, other) => placeOf(one) - placeOf(other) || one.title.localeCompare(other.title, 'en'),
  )
  const moves = (manifest: Manifest) => isBuiltIn(manifest) && manifest.loops
  const live = new Set(
    [...order.filter((each) => !moves(each)), ...order.filter((each) => moves(each))].slice(0, most),
  )
  return order.map((manifest) => ({ manifest, isLive: live.has(manifest) }))
}
