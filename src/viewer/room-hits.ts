import type { Hits } from '../cluster/hits.ts'
import type { Renderer } from '../render/renderer.ts'
import { parseRoom } from '../widget/room.ts'

/** Counts and takes back hits of rooms. */
export type HitCounter = Pick<Hits, 'count' | 'uncount'>

/** Counts hits, except of stateless widgets: their pictures have no room. */
export class RoomHits implements HitCounter {
  readonly #hits: HitCounter
  readonly #renderer: Pick<Renderer, 'manifests'>

  constructor(hits: HitCounter, renderer: Pick<Renderer, 'manifests'>) {
    this.#hits = hits
    this.#renderer = renderer
  }

  /** Counts one request. Never rejects. */
  async count(room: string): Promise<void> {
    if (!this.#isStateless(room)) await this.#hits.count(room)
  }

  /** Takes back one hit, because its request failed. */
  async uncount(room: string): Promise<void> {
    if (!this.#isStateless(room)) await this.#hits.uncount(room)
  }

  #isStateless(room: string): boolean {
    return this.#renderer.manifests.get(parseRoom(room).widget)?.stateless === true
  }
}
