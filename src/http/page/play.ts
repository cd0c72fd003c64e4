import type { Manifest } from '../../widget/manifest.ts'
import type { SnippetField } from './snippets.ts'

/** How readers click on a picture. */
export interface Play {
  /** The address of a click. */
  action: string
  fields: readonly SnippetField[]
}

/**
 * Describes the clicks on a picture of this look, for its page; undefined if it takes none.
 * @param path the path of its room
 */
export function toPlay(manifest: Manifest, path: string, query: URLSearchParams): Play | undefined {
  if (!manifest.handles.click) return undefined
  const look = new URLSearchParams(query)
  // The coordinates of a click are CSS pixels at any scale.
  look.delete('scale')
  const fields = Object.entries(manifest.fields).map(([name, spec]): SnippetField => {
    return { name, label: spec.about ?? name, max: spec.kind === 'text' ? spec.max : undefined }
  })
  return { action: `${path}/click${look.size > 0 ? `?${look}` : ''}`, fields }
}
