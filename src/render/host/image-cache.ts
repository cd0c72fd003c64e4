import type { Image } from '@napi-rs/canvas'
import { LRUCache } from 'lru-cache'
import { decodeImage } from '../../picture/decode-image.ts'
import type { Frame } from '../../picture/frame.ts'

/** Memory for decoded pictures: a process may use 1 GB in all. */
const MAX_BYTES = 64 * 2 ** 20
const PIXEL_BYTES = 4

/** Decoded frames: a picture that embeds others is redrawn when one of them changes, and the rest stay decoded. */
export class ImageCache {
  readonly #images = new LRUCache<string, Image, Frame>({
    maxSize: MAX_BYTES,
    sizeCalculation: ({ width, height }) => Math.max(1, width * height * PIXEL_BYTES),
    fetchMethod: (_etag, _stale, { context: { bytes } }) => decodeImage(bytes),
  })

  /** Decodes a frame, unless it is cached. */
  get(frame: Frame): Promise<Image> {
    return this.#images.forceFetch(frame.etag, { context: frame })
  }
}
