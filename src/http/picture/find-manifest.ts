import { notFound } from '../../errors.ts'
import { nearest } from '../../system/nearest.ts'
import type { Manifest } from '../../widget/manifest.ts'
import { roomOf } from '../../widget/room.ts'
import { EXTENSIONS } from '../extensions.ts'
import type { PicturePath } from '../picture-path.ts'

/** All loaded widgets, and the modules that do not load. */
export interface Widgets {
  manifests: ReadonlyMap<string, Manifest>
  faults: readonly { name: string }[]
}

/** Extensions of image formats that this server does not encode: `/online/x.bmp` does not mean the key `x.bmp`. */
const OTHER_FORMAT = /\.(avif|apng|heic|ico|jxl|tiff?)$/i

/**
 * Finds the widget of a picture's path.
 * @param isImage whether the client can only show an image, so that a path without an extension is an error.
 * @throws PublicError 404.
 */
export function findPicture(
  { manifests, faults }: Widgets,
  { widget, key, extension }: PicturePath,
  isImage: boolean,
): Manifest {
  if (faults.some(({ name }) => name === widget) && !manifests.has(widget))
    throw notFound(`${widget} does not load`)
  const manifest = findManifest(manifests, widget)
  if (extension !== undefined || !(isImage || OTHER_FORMAT.test(key ?? widget))) return manifest
  const path = key === undefined ? widget : roomOf({ widget, key })
  const needs = `a picture needs an extension, one of ${Object.keys(EXTENSIONS).join(', ')}`
  throw notFound(needs, `${path}: ${needs}`)
}

/** Finds a widget by its name. @throws PublicError 404 that names the nearest widget, if one is near. */
export function findManifest(manifests: ReadonlyMap<string, Manifest>, widget: string): Manifest {
  const manifest = manifests.get(widget)
  if (manifest) return manifest
  const near = nearest(widget, [...manifests.keys()])
  const hint = near ? `, did you mean ${near}?` : ''
  throw notFound(`no such widget${hint}`, `no widget ${widget.slice(0, 40)}${hint}`)
}
