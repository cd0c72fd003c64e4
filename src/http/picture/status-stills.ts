import type { ServerResponse } from 'node:http'
import type { ChannelSpec } from '../../channel/spec.ts'
import { STILL_LIMITS } from '../../channel/still.ts'
import { toPublicError } from '../../errors.ts'
import { createFrame, type Encoded, type Frame } from '../../picture/frame.ts'
import { readSvgSize } from '../../picture/svg-size.ts'
import type { NewRooms } from '../../viewer/new-rooms.ts'
import type { HitCounter, HitReader } from '../../viewer/room-hits.ts'
import { roomOf } from '../../widget/room.ts'
import { readCacheSeconds } from '../cache-seconds.ts'
import { keptFor } from '../headers.ts'
import type { PictureRequest } from '../request.ts'
import { sendStill } from '../send.ts'
import type { AgedStills } from './aged-stills.ts'
import type { PictureObserver } from './picture-observer.ts'
import type { StatusPictures } from './status-pictures.ts'

/** The parts of `StatusStills`. */
export interface StatusStillsInit {
  statuses: Pick<StatusPictures, 'svg' | 'lastSvg' | 'remembers'>
  agedStills: Pick<AgedStills, 'send'>
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

/** Milliseconds that a still waits for the store. After that what was last known is sent, or its channel waits on. */
const PATIENCE = 300
/** Milliseconds that it waits on for a status that was read before, as other pictures do. */
const MORE_PATIENCE = STILL_LIMITS.patience - PATIENCE

/** Sends the SVG of a status, which takes one read of the store and one badge: no channel and no render process. */
export class StatusStills {
  readonly #init: StatusStillsInit

  constructor(init: StatusStillsInit) {
    this.#init = init
  }

  /** Returns whether it was sent: a status that was not read before needs the channel if the store fails or is late, and so does every other format. */
  async send(request: PictureRequest, response: ServerResponse, still: StatusStill): Promise<boolean> {
    const { spec, query, reader, network } = still
    if (spec.look.format !== 'svg') return false
    const { newRooms, hits, observer, stillCache } = this.#init
    const kept = keptFor(readCacheSeconds(query, stillCache, true))
    const frame = await this.#read(still)
    if (!frame || frame instanceof Error) return this.#sendLast(request, response, still, frame)
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

  /** Sends what was last known, with its age. */
  async #sendLast(
    request: PictureRequest,
    response: ServerResponse,
    { spec, query, reader }: StatusStill,
    error: Error | undefined,
  ): Promise<boolean> {
    const { statuses, agedStills, hits, observer } = this.#init
    const last = statuses.lastSvg(spec, query)
    if (!last) return false
    const failure = error && toPublicError(error)
    const shown = { frame: toFrame(last.svg), age: last.age, ...(failure && { failure }) }
    const { status, bytes } = await agedStills.send(request, response, shown, spec.look)
    if (request.method === 'HEAD') return true
    hits.countLater(spec, reader)
    observer.sentStill(spec.widget, status, status === 200 ? bytes : 0)
    return true
  }

  /** Resolves to the error if the store fails, and to undefined if it is late. By hand, because each `await` and `then` delays every badge. */
  #read({ spec, query }: StatusStill): Promise<Encoded | Error | undefined> {
    return new Promise((resolve) => {
      let timer = setTimeout(() => {
        if (this.#init.statuses.remembers(spec)) timer = setTimeout(resolve, MORE_PATIENCE, undefined)
        else resolve(undefined)
      }, PATIENCE)
      const finish = (frame: Encoded | Error | undefined) => {
        clearTimeout(timer)
        resolve(frame)
      }
      this.#init.statuses.svg(spec, query).then(finish, finish)
    })
  }
}

/** An SVG as a frame, whose size is written in it. */
function toFrame(svg: string): Frame {
  const { width = 0, height = 0 } = readSvgSize(svg) ?? {}
  return createFrame('svg', Buffer.from(svg), width, height)
}
