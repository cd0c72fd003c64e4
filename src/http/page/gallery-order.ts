import type { Manifest } from '../../widget/manifest.ts'

/** One widget in a gallery. */
export interface Exhibit {
  manifest: Manifest
  /** Whether its picture is a stream; if not, it is a still. */
  isLive: boolean
}

/**
 * Orders a gallery: the owner's widgets first, so that an author sees the effect of a change, then the built-in ones; both
 * by rank, and widgets without a rank by title. If only some pictures can be streams, pictures without a loop are streamed
 * first: a still of a periodic picture is an animation, and moves anyway.
 * @param maxLive the maximum of streams.
 */
export function toGalleryOrder(widgets: readonly Manifest[], maxLive: number): Exhibit[] {
  const rankOf = ({ rank = Number.MAX_VALUE }: Manifest) => rank
  const order = widgets.toSorted(
    (one, other) =>
      Number(one.isBuiltIn) - Number(other.isBuiltIn) ||
      rankOf(one) - rankOf(other) ||
      one.title.localeCompare(other.title, 'en'),
  )
  const moves = ({ isBuiltIn, loops }: Manifest) => isBuiltIn && loops
  // A stateless widget's picture never changes: a stream would only take a connection from another picture.
  const changing = order.filter(({ stateless }) => !stateless)
  const live = new Set(
    [...changing.filter((each) => !moves(each)), ...changing.filter((each) => moves(each))].slice(0, maxLive),
  )
  return order.map((manifest) => ({ manifest, isLive: live.has(manifest) }))
}

/** The parameters of a picture in the gallery, besides its scale. */
export function toExhibitQuery({ manifest, isLive }: Exhibit): Record<string, string> {
  return {
    ...(isLive ? {} : { delivery: 'still' }),
    ...(manifest.hasExample ? { example: 'on' } : {}),
  }
}
