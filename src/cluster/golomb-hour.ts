import { emptyMinute, type Hour, MINUTE } from './minute.ts'

/** After this number of ones, a plain 32-bit number follows. */
const ESCAPE = 24
const PARTS = 4
const PART = MINUTE / PARTS
const COLUMNS = 5
/** The code of a column that holds only zeros. */
const ZEROS = 15

/**
 * Decodes the hours that Imgcast 0.1 wrote: minutes as changes, column by column, in Golomb-Rice code. These blobs have
 * no version byte: the first six bits are the first minute, so that the first byte is at most 239. Never throws;
 * damaged bytes decode to some hour.
 */
export function decodeGolombHour(bytes: Uint8Array): Hour {
  const reader = new BitReader(bytes)
  const first = reader.bits(6)
  const length = reader.bits(6) + 1
  const codes = Array.from({ length: COLUMNS }, () => reader.bits(4))
  const columns = codes.map((code) => Array.from({ length }, () => (code === ZEROS ? 0 : reader.rice(code))))
  const hour: Hour = new Map()
  let [mean, extra] = [0, 0]
  for (let row = 0; row < length; row += 1) {
    const [meanChange = 0, peakOver = 0, extraChange = 0, extraPeak = 0, hits = 0] = columns.map(
      (column) => column[row] ?? 0,
    )
    mean += fromZigzag(meanChange)
    extra += fromZigzag(extraChange)
    const visitorsPeak = Math.ceil(mean / PARTS) + peakOver
    const connectionsPeak = Math.max(visitorsPeak, Math.ceil((mean + extra) / PARTS)) + extraPeak
    if (connectionsPeak === 0 && hits === 0) continue
    const minute = emptyMinute()
    const [visitorsTime, connectionsTime] = [mean * PART, (mean + extra) * PART]
    Object.assign(minute, { visitorsPeak, visitorsTime, connectionsPeak, connectionsTime, hits })
    hour.set((first + row) % 60, minute)
  }
  return hour
}

/** Reads bits, the first one highest; zeros after the end. */
class BitReader {
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

  /** The next 25 bits or more, at the top of 32. */
  #next(): number {
    const index = this.#at >> 3
    const byte = (offset: number) => this.#bytes[index + offset] ?? 0
    return ((byte(0) << 24) | (byte(1) << 16) | (byte(2) << 8) | byte(3)) << (this.#at & 7)
  }
}

function fromZigzag(value: number): number {
  return value % 2 === 1 ? -(value + 1) / 2 : value / 2
}
