/** Bytes before and after a frame: a sender's boundary and heads. */
const MARGIN = 256

/**
 * Free memory around the bytes of one frame. A sender puts its own bytes there, and needs no copy of the frame: at thirty frames
 * a second new memory costs more than all else that a frame needs.
 */
export class FrameRoom {
  /** The frame's bytes. */
  readonly bytes: Buffer
  readonly #memory: Buffer
  #user: object | undefined

  /** Copies the bytes of a frame into such memory. */
  constructor(bytes: Uint8Array) {
    this.#memory = Buffer.allocUnsafeSlow(bytes.length + 2 * MARGIN)
    this.#memory.set(bytes, MARGIN)
    this.bytes = this.#memory.subarray(MARGIN, MARGIN + bytes.length)
  }

  /**
   * Returns the frame between a user's bytes, in place; undefined if they do not fit, or another user was first. What is put after
   * the frame must begin with the same bytes each time: they may be on their way.
   */
  surround(user: object, before: Uint8Array, after: Uint8Array): Buffer | undefined {
    this.#user ??= user
    if (this.#user !== user || before.length > MARGIN || after.length > MARGIN) return undefined
    const start = MARGIN - before.length
    const end = this.#memory.length - MARGIN
    this.#memory.set(before, start)
    this.#memory.set(after, end)
    return this.#memory.subarray(start, end + after.length)
  }
}
