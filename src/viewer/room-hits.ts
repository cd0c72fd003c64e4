import type { EmbeddedReader } from '../channel/embedded-reader.ts'
import type { ChannelSpec } from '../channel/spec.ts'
import type { Hits } from '../cluster/hits.ts'
import type { Renderer } from '../render/renderer.ts'
import { roomOf } from '../widget/room.ts'

/** Counts and takes back hits of pictures. */
export interface HitCounter {
  /** Counts one request for a picture, and for those within it. Never rejects. */
  count(spec: ChannelSpec): Promise<void>
  /** Takes back what `count` has counted, because the request failed. */
  uncount(spec: ChannelSpec): Promise<void>
}

/** What hits are counted with. */
export interface RoomHitsInit {
  hits: Pick<Hits, 'count' | 'uncount'>
  renderer: Pick<Renderer, 'manifests'>
  embeddedReader: Pick<EmbeddedReader, 'read'>
}

/** Counts the hits of a picture's room and of the rooms of pictures within it, except of widgets that have no rooms. */
export class RoomHits implements HitCounter {
  readonly #init: RoomHitsInit

  constructor(init: RoomHitsInit) {
    this.#init = init
  }

  async count(spec: ChannelSpec): Promise<void> {
    await this.#each(spec, (room) => this.#init.hits.count(room))
  }

  async uncount(spec: ChannelSpec): Promise<void> {
    await this.#each(spec, (room) => this.#init.hits.uncount(room))
  }

  async #each(spec: ChannelSpec, act: (room: string) => Promise<void>): Promise<void> {
    const { renderer, embeddedReader } = this.#init
    const own = renderer.manifests.get(spec.widget)
    // A reading that fails fails in the drawing as well, which reports it.
    const inside = own?.shows ? await embeddedReader.read(spec).catch(() => []) : []
    const counted = [spec, ...inside.flatMap((each) => each.spec ?? [])].filter((each) =>
      this.#isCounted(each),
    )
    await Promise.all([...new Set(counted.map(roomOf))].map(act))
  }

  /** A picture of a stateless widget has no room. A look with `count=no` is no hit. */
  #isCounted({ widget, look }: ChannelSpec): boolean {
    return this.#init.renderer.manifests.get(widget)?.stateless !== true && look.params.count !== false
  }
}
