import type { ServerResponse } from 'node:http'
import type { ChannelSpec } from '../../channel/spec.ts'
import type { Encoded } from '../../picture/frame.ts'
import type { NewRooms } from '../../viewer/new-rooms.ts'
import type { HitCounter, HitReader } from '../../viewer/room-hits.ts'
import { roomOf } from '../../widget/room.ts'
import { readCacheSeconds } from '../cache-seconds.ts'
import { keptFor } from '../headers.ts'
import type { PictureRequest } from '../request.ts'
import { sendStill } from '../send.ts'
import type { PictureObserver } from './picture-observer.ts'
import type { StatusPictures } from './status-pictures.ts'

/** The parts of `StatusStills`. */
export interface StatusStillsInit {
  statuses: Pick<StatusPictures, 'svg'>
  hits: Pick<HitCounter, 'countLater'>
  newRooms: Pick<NewRooms, 'check' | 'knows'>
  observer: Pick<PictureObserver, 'sentStill'>
  /** Milliseconds that caches may keep a still whose URL says nothing about it. */
  stillCache: number
}

/** A still of a status. */
export interface StatusStill {
  spec: ChannelSpec
  query: URLSearchParams
  reader: HitReader
  network: string
}

/** Milliseconds that a still waits for the store; after that its channel sends the last known picture. */
const PATIENCE = 300

/** Sends the SVG of a status, which takes one read of the store and one badge: no channel and no render process. */
export class StatusStills {
  readonly #init: StatusStillsInit

  constructor(init: StatusStillsInit) {
    this.#init = init
  }

  /** Returns whether it was sent: a store that fails or is late, and every other format, need the channel. */
  async send(request: PictureRequest, response: ServerResponse, still: StatusStill): Promise<boolean> {
    const { spec, query, reader, network } = still
    if (spec.look.format !== 'svg') return false
    const { newRooms, hits, observer, stillCache } = this.#init
    const kept = keptFor(readCacheSeconds(query, stillCache, true))
    const frame = await this.#read(still)
    if (!frame) return false
    const isHead = request.method === 'HEAD'
    const room = roomOf(spec)
    if (!isHead && !newRooms.knows(room)) await newRooms.check([room], network)
    const status = sendStill(request, response, frame, kept)
    if (isHead) return true
    // A badge shows no hits: it need not wait for them.
    hits.countLater(spec, reader)
    observer.sentStill(spec.widget, status, status === 200 ? Buffer.byteLength(frame.bytes) : 0)
    return true
  }

  /** Resolves to undefined if the store fails or is late. By hand, because each `await` and `then` delays every badge. */
  #read({ spec, query }: StatusStill): Promise<Encoded | undefined> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, PATIENCE, undefined)
      const finish = (frame?: Encoded) => {
        clearTimeout(timer)
        resolve(frame)
      }
      this.#init.statuses.svg(spec, query).then(finish, () => finish())
    })
  }
}
