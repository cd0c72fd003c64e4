import type { Frame } from '../picture/frame.ts'

/** What is to be done with a frame: send it, or nothing, as the viewer is busy or ending. */
export type Offer = 'send' | 'hold' | 'replace' | 'ignore'

/** What follows a write that is done: a held frame to send, the end, or nothing. */
export type Next = Frame | 'end' | undefined

/**
 * "The newest frame wins", for one viewer: at most one write is under way and at most one frame waits behind it. Knows
 * no transport and does no I/O: its owner writes, and reports when a write begins and when it is done.
 */
export class FrameSlot {
  #held: Frame | undefined
  #isBusy = false
  #isEnding = false
  #isClosed = false
  #dropped = 0

  /** Whether a write is under way. */
  get isBusy(): boolean {
    return this.#isBusy
  }

  /** Whether frames are still taken. */
  get isOpen(): boolean {
    return !this.#isEnding && !this.#isClosed
  }

  /** Frames that were replaced by a newer one before they were sent. */
  get dropped(): number {
    return this.#dropped
  }

  /** Returns `send` if the owner is to write the frame now; otherwise the slot has held, replaced or ignored it. */
  offer(frame: Frame): Offer {
    if (this.#isEnding || this.#isClosed) return 'ignore'
    if (!this.#isBusy) return 'send'
    const isReplaced = this.#held !== undefined
    this.#held = frame
    if (!isReplaced) return 'hold'
    this.#dropped += 1
    return 'replace'
  }

  /** A write begins. */
  begin(): void {
    this.#isBusy = true
  }

  /** The write is done. Returns what the owner is to do next. */
  finish(): Next {
    this.#isBusy = false
    if (this.#isClosed) return undefined
    const frame = this.#held
    this.#held = undefined
    return frame ?? (this.#isEnding ? 'end' : undefined)
  }

  /** Takes no more frames. Returns whether the owner is to end now; if not, `finish` returns `end` later. */
  end(): boolean {
    if (this.#isEnding || this.#isClosed) return false
    this.#isEnding = true
    return !this.#isBusy
  }

  /** Drops the held frame and takes no more. */
  close(): void {
    this.#isClosed = true
    this.#held = undefined
  }
}
