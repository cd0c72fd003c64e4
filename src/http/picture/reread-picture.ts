import type { ChannelSpec } from '../../channel/spec.ts'
import type { Reread } from '../../viewer/viewer-session.ts'
import { checkKey } from '../../widget/key.ts'
import { parseLook } from '../../widget/look.ts'
import type { Manifest } from '../../widget/manifest.ts'

/**
 * Returns a function that reads a picture's query again, by the widget's newest code: defaults, sizes and ranges may have
 * changed. It keeps only the text of the query, for as long as a viewer stays.
 */
export function rereadPicture(
  widgets: { readonly manifests: ReadonlyMap<string, Manifest> },
  spec: ChannelSpec,
  query: URLSearchParams,
): Reread {
  const { widget, key, look } = spec
  const text = query.toString()
  return () => {
    const manifest = widgets.manifests.get(widget)
    // Its channel shows that the widget is gone.
    if (!manifest) return spec
    checkKey(key, manifest.key)
    return { widget, key, look: parseLook(manifest, look.format, new URLSearchParams(text)) }
  }
}
