import type { ChannelSpec, EmbeddedSpec } from '../../channel/spec.ts'
import type { Manifest } from '../../widget/manifest.ts'
import { roomOf } from '../../widget/room.ts'

/** The pictures that a picture embeds; undefined if it embeds none, or they are not known in time. */
export type EmbeddedSpecs = readonly EmbeddedSpec[] | undefined

/** Returns the rooms in which a viewer of a picture counts: its own, and those of the embedded pictures. */
export function roomsOfPicture(
  manifests: ReadonlyMap<string, Manifest>,
  spec: ChannelSpec,
  embedded: EmbeddedSpecs = [],
): string[] {
  const specs = [spec, ...embedded.flatMap((picture) => picture.spec ?? [])]
  const rooms = specs.filter(({ widget }) => !manifests.get(widget)?.stateless).map(roomOf)
  return [...new Set(rooms)]
}
