import type { Channels } from '../../channel/channels.ts'
import type { EmbeddedReader } from '../../channel/embedded-reader.ts'
import type { ChannelSpec } from '../../channel/spec.ts'
import { PublicError, stopping } from '../../errors.ts'
import { contentType, type Format } from '../../picture/frame.ts'
import type { Renderer } from '../../render/renderer.ts'
import { parseLook, toStillLook } from '../../widget/look.ts'
import type { Manifest } from '../../widget/manifest.ts'
import { TEXT_TYPE } from '../send.ts'
import { type PictureData, withWords } from './picture-data.ts'
import { readTarget } from './target.ts'
import { tooSlow } from './too-slow.ts'

/** A finished picture, the data behind it, or its words. */
export interface PictureFile {
  bytes: Buffer
  /** The media type. */
  type: string
  /** CSS pixels; undefined for data and words. */
  width?: number
  height?: number
  /** Milliseconds since the picture was current, if a newer one is late or fails. @default it is current */
  age?: number
}

/** The parts that pictures are drawn with. */
export interface HostPicturesInit {
  renderer: Renderer
  channels: Channels
  embeddedReader: EmbeddedReader
  data: PictureData
  isReady(): boolean
}

/** As an `<img>` requests a picture: a path without an extension is an error. */
const IMAGE = { 'sec-fetch-dest': 'image' }
/** Milliseconds that a picture may take. */
const PATIENCE = 10_000
/** The network that the app's own pictures are charged to. */
const OWN_NETWORK = 'the app'

/** Draws the picture of a path like `/online/lobby.png?scale=2` for the app itself: it is no viewer, and counts no hit. */
export class HostPictures {
  readonly #init: HostPicturesInit

  constructor(init: HostPicturesInit) {
    this.#init = init
  }

  /** Rejects with the `PublicError` that a request for the path would get. */
  async read(path: string): Promise<PictureFile> {
    if (!this.#init.isReady()) throw stopping()
    const { result } = readTarget({ method: 'GET', url: path, headers: IMAGE }, this.#init.renderer)
    if (result instanceof PublicError) throw result
    const { manifest, key, query, delivery } = result
    const spec = { widget: manifest.name, key, look: parseLook(manifest, formatOf(delivery) ?? 'png', query) }
    if (manifest.reads) await this.#init.embeddedReader.read(spec)
    if (formatOf(delivery) !== undefined) return this.#draw(manifest, spec)
    const { json, ...facts } = await this.#init.data.read(manifest, spec, OWN_NETWORK)
    if (delivery.kind === 'words') return { bytes: Buffer.from(`${facts.alt}\n`), type: TEXT_TYPE }
    return {
      bytes: Buffer.from(`${JSON.stringify(withWords(json, facts) ?? null)}\n`),
      type: 'application/json',
    }
  }

  async #draw(manifest: Manifest, spec: ChannelSpec): Promise<PictureFile> {
    const channel = this.#init.channels.open({ ...spec, look: toStillLook(manifest, spec.look) })
    const { frame, age, failure } = await channel.still(undefined, { warm: PATIENCE })
    if (frame.isPlaceholder) throw failure ?? tooSlow('picture')
    const { bytes, format, width, height } = frame
    return { bytes, type: contentType(format), width, height, ...(age !== undefined && { age }) }
  }
}

function formatOf(delivery: { kind: string; format?: Format }): Format | undefined {
  return delivery.format
}
