import type { Frame } from '../../picture/frame.ts'
import { StaleMarks } from '../../picture/stale-mark.ts'

/** How the pictures of a stream mark themselves as stale; times are milliseconds. */
export interface StaleSettings {
  frames: Pick<StaleFrames, 'get'>
  /** Milliseconds from a part's arrival to the mark. */
  delay: number
  /** The longest time until the whole picture is sent again. */
  refresh: number
}

/** Frames that mark themselves as stale: each made once, and shared by every connection with the same delay. */
export class StaleFrames {
  readonly #marks = new StaleMarks()
  readonly #frames = new WeakMap<Frame, Map<number, Frame>>()

  /**
   * The frame, with a mark that its viewer's browser shows after `delay` milliseconds without another part. Animated
   * frames, and formats without such a mark, are returned unchanged.
   */
  get(frame: Frame, delay: number): Frame {
    if (frame.format !== 'png' || frame.animated) return frame
    const known = this.#frames.get(frame) ?? new Map<number, Frame>()
    this.#frames.set(frame, known)
    const marked = known.get(delay) ?? this.#mark(frame, delay)
    known.set(delay, marked)
    return marked
  }

  #mark(frame: Frame, delay: number): Frame {
    const pixels = frame.bytes.readUInt32BE(16)
    return { ...frame, bytes: this.#marks.add(frame.bytes, pixels / frame.width, delay) }
  }
}
