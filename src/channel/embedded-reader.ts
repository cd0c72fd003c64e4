import { LRUCache } from 'lru-cache'
import type { Renderer } from '../render/renderer.ts'
import { readEmbedded } from './read-embedded.ts'
import { type ChannelSpec, channelId, type EmbeddedSpec } from './spec.ts'

/** Results to keep. Each has at most 16 pictures. */
const MAX_READINGS = 500

/**
 * Reads which pictures a picture embeds; simultaneous and later calls share the result. Reads again after a failure, and
 * after the code of widgets has changed.
 */
export class EmbeddedReader {
  readonly #renderer: Renderer
  readonly #nothing: Promise<readonly EmbeddedSpec[]> = Promise.resolve([])
  readonly #readings = new LRUCache<string, Promise<readonly EmbeddedSpec[]>>({ max: MAX_READINGS })
  /** The renderer replaces its manifests when code has changed. */
  #manifests: Renderer['manifests'] | undefined

  constructor(renderer: Renderer) {
    this.#renderer = renderer
  }

  /**
   * Resolves to the embedded pictures, none for a widget that embeds none. Rejects with a `PublicError`: status 400 for
   * parameters that the widget cannot read.
   */
  read(spec: ChannelSpec): Promise<readonly EmbeddedSpec[]> {
    const { manifests } = this.#renderer
    if (!manifests.get(spec.widget)?.reads) return this.#nothing
    if (this.#manifests !== manifests) this.#readings.clear()
    this.#manifests = manifests
    const id = channelId(spec)
    return this.#readings.get(id) ?? this.#start(id, spec)
  }

  #start(id: string, spec: ChannelSpec): Promise<readonly EmbeddedSpec[]> {
    const reading = readEmbedded(this.#renderer, spec)
    this.#readings.set(id, reading)
    reading.catch(() => {
      if (this.#readings.peek(id) === reading) this.#readings.delete(id)
    })
    return reading
  }
}
