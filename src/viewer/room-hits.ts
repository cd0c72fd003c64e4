import type { EmbeddedReader } from '../channel/embedded-reader.ts'
import type { ChannelSpec } from '../channel/spec.ts'
import type { Hits } from '../cluster/hits.ts'
import type { Renderer } from '../render/renderer.ts'
import { roomOf } from '../widget/room.ts'
import { UniqueHits } from './unique-hits.ts'

/** The reader that a picture was requested for. */
export interface HitReader {
  /** Returns a keyed hash, which changes daily. Only a picture that counts a visitor once asks for it. */
  viewerKey(): string
  /** Whether an image proxy asks for it. @default false */
  isProxied?: boolean
}

/** Milliseconds for which hits that no picture waits for are collected: under load, one write in place of some hundreds. */
const COLLECTING = 10

/** Counts hits of pictures. */
export interface HitCounter {
  /**
   * Counts one request for a picture, and for those within it. Never rejects. Returns a function that takes back what was
   * counted, because the request failed.
   */
  count(spec: ChannelSpec, reader: HitReader): Promise<() => Promise<void>>
  /** Counts one request for a picture that shows no hits and embeds nothing, without waiting for the store. */
  countLater(spec: ChannelSpec, reader: HitReader): void
}

/** What hits are counted with. */
export interface RoomHitsInit {
  hits: Pick<Hits, 'count' | 'uncount'>
  renderer: Pick<Renderer, 'manifests'>
  embeddedReader: Pick<EmbeddedReader, 'read'>
}

/**
 * Counts the hits of a picture's room and of the rooms of pictures within it, except of widgets that have no rooms. A look
 * may restrict what is a hit: `count=no`, `only=proxies`, `unique=day`.
 */
export class RoomHits implements HitCounter {
  readonly #init: RoomHitsInit
  readonly #unique = new UniqueHits()
  /** Hits by room that are written soon. */
  readonly #later = new Map<string, number>()
  #timer: NodeJS.Timeout | undefined

  constructor(init: RoomHitsInit) {
    this.#init = init
  }

  async count(spec: ChannelSpec, reader: HitReader): Promise<() => Promise<void>> {
    const { renderer, embeddedReader, hits } = this.#init
    const own = renderer.manifests.get(spec.widget)
    // A reading that fails fails in the drawing as well, which reports it.
    const inside = own?.shows ? await embeddedReader.read(spec).catch(() => []) : []
    const all = [spec, ...inside.flatMap((each) => each.spec ?? [])]
    const allowed = all.filter((each) => this.#isCounted(each, reader))
    const rooms = [...new Set(allowed.map(roomOf))]
    await Promise.all(rooms.map((room) => hits.count(room)))
    return async () => {
      for (const each of allowed.filter(isUnique)) this.#unique.delete(roomOf(each), reader.viewerKey())
      await Promise.all(rooms.map((room) => hits.uncount(room)))
    }
  }

  countLater(spec: ChannelSpec, reader: HitReader): void {
    if (!this.#isCounted(spec, reader)) return
    this.#timer ??= setTimeout(() => void this.flush(), COLLECTING)
    const room = roomOf(spec)
    this.#later.set(room, (this.#later.get(room) ?? 0) + 1)
  }

  /** Writes all hits that were collected. Must be called before the store closes. Never rejects. */
  async flush(): Promise<void> {
    clearTimeout(this.#timer)
    this.#timer = undefined
    const { hits } = this.#init
    const all = [...this.#later]
    this.#later.clear()
    await Promise.all(all.map(([room, amount]) => hits.count(room, amount)))
  }

  /** A picture of a stateless widget has no room. */
  #isCounted(spec: ChannelSpec, reader: HitReader): boolean {
    const { params } = spec.look
    if (this.#init.renderer.manifests.get(spec.widget)?.stateless === true || params.count === false)
      return false
    if (params.only === 'proxies' && !reader.isProxied) return false
    return !isUnique(spec) || this.#unique.add(roomOf(spec), reader.viewerKey())
  }
}

function isUnique({ look: { params } }: ChannelSpec): boolean {
  return params.unique === 'day'
}
