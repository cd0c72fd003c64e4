import { LRUCache } from 'lru-cache'
import { type ChannelSpec, channelId, type EmbeddedSpec } from '../channel/spec.ts'
import type { Upstream } from './upstream.ts'

/** Results to keep, and for how many milliseconds. */
const MAX_READINGS = 500
const KEPT = 60_000

/** Asks the upstream which pictures a picture embeds, and whether its parameters are right: it has the code of the widgets. */
export class UpstreamEmbeddedReader {
  readonly #upstream: Pick<Upstream, 'manifests' | 'ask'>
  readonly #readings = new LRUCache<string, Promise<readonly EmbeddedSpec[]>>({
    max: MAX_READINGS,
    ttl: KEPT,
  })

  constructor(upstream: Pick<Upstream, 'manifests' | 'ask'>) {
    this.#upstream = upstream
  }

  /** Resolves to the embedded pictures. Rejects with a `PublicError`: status 400 for parameters that are wrong. */
  async read(spec: ChannelSpec): Promise<readonly EmbeddedSpec[]> {
    if (!this.#upstream.manifests.get(spec.widget)?.reads) return []
    const id = channelId(spec)
    const reading =
      this.#readings.get(id) ??
      (this.#upstream.ask({ read: spec as never }) as Promise<readonly EmbeddedSpec[]>)
    this.#readings.set(id, reading)
    reading.catch(() => this.#readings.delete(id))
    return reading
  }

  /** Forgets everything, because the code of widgets has changed. */
  clear(): void {
    this.#readings.clear()
  }
}
