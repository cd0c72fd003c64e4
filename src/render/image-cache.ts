import { type Image, loadImage } from '@napi-rs/canvas'
import type { Frame } from '../picture/frame.ts'

/** A picture that shows others is drawn whenever one of them changes: the rest need not be decoded again. */
const KEPT = 64

/** Decoded frames, the longest unused forgotten first. */
export class ImageCache {
  readonly #images = new Map<string, Promise<Image>>()

  get({ etag, bytes }: Frame): Promise<Image> {
    const image = this.#images.get(etag) ?? loadImage(bytes)
    this.#images.delete(etag)
    this.#images.set(etag, image)
    const [oldest] = this.#images.keys()
    if (this.#images.size > KEPT && oldest !== undefined) this.#images.delete(oldest)
    return image
  }
}
