/** Beyond so many ones a number is written out: none takes more than 56 bits. */
const ESCAPE = 24
/** The largest number that can be written. */
export const LARGEST = 0xff_ff_ff_ff

/** Writes whole numbers from 0 to 2^32 - 1 by Golomb and Rice: those near 2^k take about k + 2 bits each. */
export class BitWriter {
  readonly #bytes: number[] = []
  /** Bits that make no whole byte yet, and how many. */
  #rest = 0
  #length = 0

  /** Writes the last `count` bits of a number. */
  bits(value: number, count: number): void {
    if (count > 16) {
      this.bits(value >>> 16, count - 16)
      this.bits(value & 0xffff, 16)
      return
    }
    this.#rest = (this.#rest << count) | value
    this.#length += count
    while (this.#length >= 8) {
      this.#length -= 8
      this.#bytes.push(this.#rest >>> this.#length)
      this.#rest &= (1 << this.#length) - 1
    }
  }

  rice(value: number, k: number): void {
    const quotient = value >>> k
    if (quotient >= ESCAPE) {
      this.bits(2 ** ESCAPE - 1, ESCAPE)
      this.bits(value, 32)
      return
    }
    // So many ones, and a zero.
    this.bits(2 ** (quotient + 1) - 2, quotient + 1)
    this.bits(value & ((1 << k) - 1), k)
  }

  toBytes(): Uint8Array {
    const bytes = Uint8Array.from(this.#bytes)
    return this.#length === 0 ? bytes : Uint8Array.of(...bytes, this.#rest << (8 - this.#length))
  }
}

/** How many bits `BitWriter` takes for a number. */
export function riceLength(value: number, k: number): number {
  const quotient = value >>> k
  return quotient >= ESCAPE ? ESCAPE + 32 : quotient + 1 + k
}

/** Reads what `BitWriter` wrote; zeros where the bytes have ended. */
export class BitReader {
  readonly #bytes: Uint8Array
  #at = 0

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes
  }

  bits(count: number): number {
    if (count === 0) return 0
    if (count > 16) return this.bits(count - 16) * 2 ** 16 + this.bits(16)
    const value = this.#next() >>> (32 - count)
    this.#at += count
    return value
  }

  rice(k: number): number {
    const quotient = Math.min(ESCAPE, Math.clz32(~this.#next()))
    this.#at += quotient
    if (quotient === ESCAPE) return this.bits(32)
    this.#at += 1
    return quotient * 2 ** k + this.bits(k)
  }

  /** The next 25 bits, first of 32. */
  #next(): number {
    const index = this.#at >> 3
    const byte = (offset: number) => this.#bytes[index + offset] ?? 0
    return ((byte(0) << 24) | (byte(1) << 16) | (byte(2) << 8) | byte(3)) << (this.#at & 7)
  }
}
