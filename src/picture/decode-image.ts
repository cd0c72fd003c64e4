import { type Image, loadImage } from '@napi-rs/canvas'
import { findSvgReference } from './svg-references.ts'

const RASTER_START = /^(?:\x89PNG|\xff\xd8|GIF8|RIFF|BM)/

/** Decodes a picture of anyone's. Rejects with an `Error` for an SVG that refers to other files. */
export async function decodeImage(bytes: Buffer): Promise<Image> {
  const fault = RASTER_START.test(bytes.toString('latin1', 0, 4))
    ? undefined
    : findSvgReference(bytes.toString())
  if (fault !== undefined) throw new TypeError(fault)
  return loadImage(bytes)
}
