import type { IncomingHttpHeaders } from 'node:http'
import type { ChannelSpec } from '../../channel/spec.ts'
import { clusterTime } from '../../cluster/cluster-time.ts'
import { hitsOfDay, toHits } from '../../cluster/hits.ts'
import type { Store } from '../../cluster/store.ts'
import type { Manifest } from '../../widget/manifest.ts'
import { roomOf } from '../../widget/room.ts'
import { wantsStatus200 } from '../purpose.ts'

/**
 * The widget with the role `viewer-count` behind image proxies. They hide the readers of a page, so that "0 watching now" would be wrong: the
 * picture shows how often it was loaded today.
 */
export class ProxiedOnline {
  readonly #store: Pick<Store, 'get' | 'clockOffset'>

  constructor(store: Pick<Store, 'get' | 'clockOffset'>) {
    this.#store = store
  }

  /** The picture to draw for a request: the same, unless it is that widget's and an image proxy asks. */
  async toShown(spec: ChannelSpec, manifest: Manifest, headers: IncomingHttpHeaders): Promise<ChannelSpec> {
    if (manifest.role !== 'viewer-count' || !wantsStatus200(headers)) return spec
    const loads = toHits(
      await this.#store.get(roomOf(spec), hitsOfDay(clusterTime(this.#store))).catch(() => 0),
    )
    return { ...spec, look: { ...spec.look, params: { ...spec.look.params, loads } } }
  }
}
