import { closest } from 'fastest-levenshtein'
import { PublicError } from '../errors.ts'
import type { Manifest } from '../widget/manifest.ts'

/** Finds a widget by its name in a URL. @throws PublicError 404, naming the nearest. */
export function findManifest(manifests: ReadonlyMap<string, Manifest>, widget: string): Manifest {
  const manifest = manifests.get(widget)
  if (manifest) return manifest
  const near = manifests.size > 0 ? closest(widget, [...manifests.keys()]) : undefined
  throw notFound(`no widget ${widget.slice(0, 40)}${near ? `, did you mean ${near}?` : ''}`)
}

/** The error for what there is none of. */
export function notFound(caption: string): PublicError {
  return new PublicError({ code: 'not-found', status: 404, caption })
}
