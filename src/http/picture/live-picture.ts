import type { EmbeddedReader } from '../../channel/embedded-reader.ts'
import type { ChannelSpec } from '../../channel/spec.ts'
import { PublicError } from '../../errors.ts'
import type { CardPlace } from '../../picture/cards.ts'
import type { NewRooms } from '../../viewer/new-rooms.ts'
import type { Reread } from '../../viewer/viewer-session.ts'
import { parseLook } from '../../widget/look.ts'
import type { Manifest } from '../../widget/manifest.ts'
import { parseStale } from '../stream/stale.ts'
import { checkPicture } from './check-picture.ts'
import type { Widgets } from './find-manifest.ts'
import { rereadPicture } from './reread-picture.ts'
import { roomsOfPicture } from './rooms-of-picture.ts'
import { readTarget } from './target.ts'

/** A picture that a viewer may be shown, over a transport whose addresses are not requests of their own. */
export interface LivePicture {
  spec: ChannelSpec
  manifest: Manifest
  reread: Reread
}

/** The address of a picture: where its errors are drawn, and how it is opened. */
export interface LiveAddress {
  place: CardPlace
  /**
   * Checks the whole address, and the rooms that it creates for a network of viewers. Rejects with the `PublicError` that
   * a request for it would get.
   */
  open(network: string): Promise<LivePicture>
}

/** The parts that addresses are read with. */
export interface LiveAddressesInit {
  renderer: Widgets
  embeddedReader: Pick<EmbeddedReader, 'read'>
  newRooms: NewRooms
}

/** As an img requests a picture: addresses without an extension are errors. */
const IMAGE = { 'sec-fetch-dest': 'image' }

/** Reads addresses of live pictures like `/online/lobby.png?scale=2`. */
export class LiveAddresses {
  readonly #init: LiveAddressesInit

  constructor(init: LiveAddressesInit) {
    this.#init = init
  }

  /** Never throws: `open` rejects with the fault of an address. */
  read(src: string): LiveAddress {
    const { place, result } = readTarget({ method: 'GET', url: src, headers: IMAGE }, this.#init.renderer)
    const open = async (network: string) => {
      if (result instanceof PublicError) throw result
      const { manifest, key, query, delivery, extension } = result
      // A picture that a page requests as a still is as live as any other here.
      const format =
        delivery.kind === 'stream' ? delivery.format : delivery.kind === 'still' ? delivery.format : undefined
      if (format !== 'png' && format !== 'jpeg' && format !== 'webp') throw notLive(extension)
      const spec = { widget: manifest.name, key, look: parseLook(manifest, format, query) }
      parseStale(query)
      const { renderer, embeddedReader, newRooms } = this.#init
      const embedded = await checkPicture(embeddedReader, manifest, spec)
      await newRooms.check(roomsOfPicture(renderer.manifests, spec, embedded), network)
      return { spec, manifest, reread: rereadPicture(renderer, spec, query) }
    }
    return { place, open }
  }
}

function notLive(extension: string | undefined): PublicError {
  const caption = 'expected a picture that is live: .png, .jpg or .webp'
  return new PublicError({
    code: 'not-live',
    status: 400,
    caption,
    detail: `${caption}, got .${extension ?? 'none'}`,
  })
}
