const FIRST_SIZE = 65_536

/** Bytes that are added at the end and removed at the start, without an allocation for each. */
export class GrowingBuffer {
  #memory = Buffer.allocUnsafe(FIRST_SIZE)
  #length = 0

  /** The bytes. Valid until the next call. */
  get bytes(): Buffer {
    return this.#memory.subarray(0, this.#length)
  }

  get length(): number {
    return this.#length
  }

  add(chunk: Buffer): void {
    const length = this.#length + chunk.length
    if (length > this.#memory.length) {
      const larger = Buffer.allocUnsafe(Math.max(length, this.#memory.length * 2))
      this.#memory.copy(larger, 0, 0, this.#length)
      this.#memory = larger
    }
    chunk.copy(this.#memory, this.#length)
    this.#length = length
  }

  remove(count: number): void {
    this.#memory.copyWithin(0, count, this.#length)
    this.#length -= count
  }
}
