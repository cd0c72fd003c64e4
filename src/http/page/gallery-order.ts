import { dirname } from 'node:path'
import { builtInFolder } from '../../widget/built-in-folder.ts'
import type { Manifest } from '../../widget/manifest.ts'

/** One widget in a gallery. */
export interface Exhibit {
  manifest: Manifest
  /** Whether its picture is a stream; if not, it is a still. */
  isLive: boolean
}

/**
 * Orders a gallery: people's own widgets first, so that an author sees what a change does, then the built-in ones; each
 * by rank, and those without a rank by their titles. If only some pictures can be streams, those are that would not
 * change otherwise: a still of a picture that repeats is an animation.
 * @param maxLive how many pictures may be streams.
 */
export function toGalleryOrder(widgets: readonly Manifest[], maxLive: number): Exhibit[] {
  const folder = builtInFolder()
  const isBuiltIn = ({ file }: Manifest) => dirname(file) === folder
  const rankOf = ({ rank = Number.MAX_VALUE }: Manifest) => rank
  const order = widgets.toSorted(
    (one, other) =>
      Number(isBuiltIn(one)) - Number(isBuiltIn(other)) ||
      rankOf(one) - rankOf(other) ||
      one.title.localeCompare(other.title, 'en'),
  )
  const moves = (manifest: Manifest) => isBuiltIn(manifest) && manifest.loops
  // A picture of a stateless widget never changes: a stream would only take a connection from another.
  const changing = order.filter(({ stateless }) => !stateless)
  const live = new Set(
    [...changing.filter((each) => !moves(each)), ...changing.filter((each) => moves(each))].slice(0, maxLive),
  )
  return order.map((manifest) => ({ manifest, isLive: live.has(manifest) }))
}
