import type { Frame } from '../picture/frame.ts'

/** What the owner must do with a frame: send it; see that `finish` is called; or nothing. */
export type Offer = 'send' | 'hold' | 'replace' | 'ignore'

/** What follows a completed write: a held frame to send, the end, or nothing. */
export type Next = Frame | 'end' | undefined

/**
 * "The newest frame wins", for one viewer: at most one write is active and at most one frame waits behind it. It knows no
 * transport and does no I/O: its owner writes, and reports when a write begins and when it completes.
 */
export class FrameSlot {
  readonly #isWritten: () => boolean
  #held: Frame | undefined
  #isBusy = false
  #isEnding = false
  #isClosed = false
  #dropped = 0

  /** @param isWritten returns whether the write is complete, if its owner has not reported it. @default never */
  constructor(isWritten: () => boolean = () => false) {
    this.#isWritten = isWritten
  }

  /** Whether a write is active. */
  get isBusy(): boolean {
    if (this.#isBusy && this.#isWritten()) this.#isBusy = false
    return this.#isBusy
  }

  /** Whether frames are still accepted. */
  get isOpen(): boolean {
    return !this.#isEnding && !this.#isClosed
  }

  /** Frames that were replaced by a newer one before they were sent. */
  get dropped(): number {
    return this.#dropped
  }

  /** Returns `send` if the owner must write the frame now; otherwise the slot holds or ignores it. */
  offer(frame: Frame): Offer {
    if (this.#isEnding || this.#isClosed) return 'ignore'
    if (!this.isBusy) return 'send'
    const isReplaced = this.#held !== undefined
    this.#held = frame
    if (!isReplaced) return 'hold'
    this.#dropped += 1
    return 'replace'
  }

  /** Reports that a write begins. */
  begin(): void {
    this.#isBusy = true
  }

  /** Takes back a frame of which nothing was written. Its owner is still busy, and `finish` returns it or a newer one. */
  putBack(frame: Frame): void {
    this.#held ??= frame
  }

  /** Reports that the write is complete. Returns what the owner must do next. */
  finish(): Next {
    this.#isBusy = false
    if (this.#isClosed) return undefined
    const frame = this.#held
    this.#held = undefined
    return frame ?? (this.#isEnding ? 'end' : undefined)
  }

  /** Stops accepting frames. Returns whether the owner must end now; if not, `finish` returns `end` later. */
  end(): boolean {
    if (this.#isEnding || this.#isClosed) return false
    this.#isEnding = true
    return !this.isBusy
  }

  /** Drops the held frame and stops accepting frames. */
  close(): void {
    this.#isClosed = true
    this.#held = undefined
  }
}
