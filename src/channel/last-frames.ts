import { LRUCache } from 'lru-cache'
import type { Frame } from '../picture/frame.ts'

/** A frame that was drawn without a failure. */
export interface GoodFrame {
  frame: Frame
  /** When it was last known to be current, on the clock of `performance.now()`. */
  at: number
}

/** The size of the cache, in bytes of pictures. */
const MAX_BYTES = 16 * 2 ** 20
/** The overhead of a frame, in bytes, roughly. */
const ENTRY_COST = 500

/**
 * The last good frame of each picture that has no channel any more. An image proxy asks for a picture minutes after the
 * last time, when its channel has ended: if the drawing is then late, or fails, this one is shown.
 */
export class LastFrames {
  readonly #frames = new LRUCache<string, GoodFrame>({
    maxSize: MAX_BYTES,
    sizeCalculation: ({ frame }, id) =>
      frame.bytes.length + (frame.gzip?.length ?? 0) + id.length * 2 + ENTRY_COST,
  })

  /** Returns the last good frame of a picture, and forgets it here: its channel keeps it from now on. */
  take(id: string): GoodFrame | undefined {
    const last = this.#frames.get(id)
    this.#frames.delete(id)
    return last
  }

  /** Keeps the last good frame of a picture. */
  keep(id: string, last: GoodFrame): void {
    this.#frames.set(id, last)
  }

  /** Forgets all, because the code of widgets has changed. */
  clear(): void {
    this.#frames.clear()
  }
}
