const FIRST_SIZE = 65_536
const EMPTY = Buffer.alloc(0)

/** Bytes that are added at the end and removed at the start. Of a chunk that is used up before `keep` nothing is copied. */
export class GrowingBuffer {
  /** The bytes. Valid until the next call. */
  bytes: Buffer = EMPTY
  #memory = Buffer.allocUnsafe(FIRST_SIZE)
  /** Whether the bytes are those of the last chunk, which are another's. */
  #isBorrowed = false

  /** Adds a chunk, which must stay valid until `keep` is called. */
  add(chunk: Buffer): void {
    const { length } = this.bytes
    if (length === 0) {
      this.bytes = chunk
      this.#isBorrowed = true
    } else {
      this.#store(length + chunk.length)
      chunk.copy(this.#memory, length)
    }
  }

  /** Removes the first `used` bytes, and copies what is left of the last chunk. */
  keep(used: number): void {
    if (used === this.bytes.length) {
      this.bytes = EMPTY
      this.#isBorrowed = false
      return
    }
    if (used > 0) this.bytes = this.bytes.subarray(used)
    if (this.#isBorrowed) this.#store(this.bytes.length)
  }

  /** Moves the bytes to the start of a memory of its own that has place for `length`. */
  #store(length: number): void {
    const { bytes } = this
    const before = this.#memory
    if (length > before.length) this.#memory = Buffer.allocUnsafe(Math.max(length, before.length * 2))
    const isInPlace = this.#memory === before && !this.#isBorrowed && bytes.byteOffset === before.byteOffset
    if (!isInPlace) this.#memory.set(bytes)
    this.bytes = this.#memory.subarray(0, length)
    this.#isBorrowed = false
  }
}
