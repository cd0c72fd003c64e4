import { closest, distance } from 'fastest-levenshtein'
import { notFound } from '../../errors.ts'
import type { Manifest } from '../../widget/manifest.ts'

/** Finds a widget by its name in a URL. @throws PublicError 404, naming the nearest, if any is near. */
export function findManifest(manifests: ReadonlyMap<string, Manifest>, widget: string): Manifest {
  const manifest = manifests.get(widget)
  if (manifest) return manifest
  const wanted = widget.toLowerCase()
  const nearest = closest(wanted, [...manifests.keys()])
  const near = distance(wanted, nearest) <= Math.max(2, widget.length / 3) ? nearest : undefined
  throw notFound(`no widget ${widget.slice(0, 40)}${near ? `, did you mean ${near}?` : ''}`)
}
