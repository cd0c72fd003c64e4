import { quote } from '../errors.ts'
import { GrowingBuffer } from './growing-buffer.ts'
import { JpegWalk } from './jpeg-walk.ts'
import { readPartLength, readPartType } from './part-head.ts'

/** A stream of frames that cannot be read. The message is ours: safe to show. */
export class FrameReaderError extends Error {}

/** The options of a reader. */
export interface FrameReaderInit {
  /** Receives each frame: one complete JPEG. Its memory is valid during the call only. */
  onFrame(bytes: Buffer): void
  /** The boundary, without leading dashes. @default unknown */
  boundary?: string | undefined
  /** @default 10 MB */
  maxFrameBytes?: number
}

const START = Buffer.from([0xff, 0xd8, 0xff])
const END = Buffer.from([0xff, 0xd9])
const MAX_FRAME_BYTES = 10_000_000
/** Bytes of heads, and of other text, before a frame. */
const MAX_HEAD_BYTES = 65_536
/** Some encoders fill the end of a frame with zeros, or add a line break. */
const MAX_PADDING = 64
const PADDING: ReadonlySet<number> = new Set([0, 10, 13, 32])
/** Damaged frames in a row: more are garbage. */
const MAX_DAMAGED = 30

/**
 * Finds the JPEGs in a multipart stream, or in one of nothing but JPEGs. Servers are often wrong about their parts, so a
 * length is only believed where it ends a JPEG; the boundary shows early that it is too long. If they lie once, the structure
 * of the JPEGs decides from then on. Memory is bounded by the largest frame.
 */
export class FrameReader {
  readonly #onFrame: (bytes: Buffer) => void
  readonly #delimiter: Buffer | undefined
  readonly #maxFrameBytes: number
  readonly #pending = new GrowingBuffer()
  /** Whether the pending bytes begin with a frame; before it, they are text. */
  #isInFrame = false
  #length: number | undefined
  #walk = new JpegWalk()
  /** Where no delimiter is before, and no start of a frame. */
  #searched = 0
  #isTrusted = true
  #damaged = 0

  constructor({ onFrame, boundary, maxFrameBytes = MAX_FRAME_BYTES }: FrameReaderInit) {
    this.#onFrame = onFrame
    this.#delimiter = boundary === undefined ? undefined : Buffer.from(`--${boundary}`, 'latin1')
    this.#maxFrameBytes = maxFrameBytes
  }

  /** Takes the next bytes. @throws FrameReaderError for a stream without frames, or with too large or too many damaged ones. */
  push(chunk: Buffer): void {
    this.#pending.add(chunk)
    try {
      while (this.#isInFrame ? this.#readFrame() : this.#readHead());
    } finally {
      this.#pending.keep()
    }
  }

  #readHead(): boolean {
    if (this.#searched === 0) this.#skipLineBreaks()
    const { bytes } = this.#pending
    const start = bytes.indexOf(START, this.#searched)
    // The rest of a damaged frame may have to be skipped.
    const limit = this.#damaged > 0 ? this.#maxFrameBytes : MAX_HEAD_BYTES
    if (start > limit || (start < 0 && bytes.length > limit)) throw this.#noFrame(bytes)
    if (start < 0) {
      this.#searched = Math.max(0, bytes.length - START.length + 1)
      return false
    }
    const length = readPartLength(bytes.toString('latin1', 0, start))
    const isPossible = length !== undefined && length > START.length && length <= this.#maxFrameBytes
    this.#length = isPossible && this.#isTrusted ? length : undefined
    this.#walk = new JpegWalk()
    this.#pending.remove(start)
    this.#searched = 0
    this.#isInFrame = true
    return true
  }

  #readFrame(): boolean {
    const { bytes } = this.#pending
    const length =
      this.#length === undefined ? this.#walk.find(bytes) : this.#readByLength(bytes, this.#length)
    if (length === undefined) {
      if (bytes.length <= this.#maxFrameBytes) return false
      throw new FrameReaderError(`expected a frame of at most ${this.#maxFrameBytes} bytes, got more`)
    }
    if (length === -1) {
      this.#isTrusted = false
      this.#length = undefined
      return true
    }
    if (length === 0) this.#skipDamaged()
    else {
      this.#damaged = 0
      try {
        this.#onFrame(bytes.subarray(0, length))
      } finally {
        this.#end(length)
      }
    }
    return true
  }

  /** Returns the length if a JPEG ends there, undefined if more bytes have to come, and -1 for a lie. */
  #readByLength(bytes: Buffer, length: number): number | undefined {
    if (bytes.length >= length) {
      const tail = bytes.subarray(Math.max(0, length - MAX_PADDING), length)
      const end = tail.lastIndexOf(END)
      if (end === tail.length - END.length) return length
      const isPadded = end >= 0 && tail.subarray(end + END.length).every((byte) => PADDING.has(byte))
      return isPadded ? length : -1
    }
    if (!this.#delimiter) return undefined
    const found = bytes.indexOf(this.#delimiter, this.#searched)
    this.#searched = Math.max(0, bytes.length - this.#delimiter.length + 1)
    return found < 0 ? undefined : -1
  }

  /** Those after a frame are mostly all that is left of a chunk: without them the next one need not be copied. */
  #skipLineBreaks(): void {
    const { bytes } = this.#pending
    let count = 0
    while (bytes[count] === 13 || bytes[count] === 10) count += 1
    if (count > 0) this.#pending.remove(count)
  }

  #skipDamaged(): void {
    this.#damaged += 1
    if (this.#damaged > MAX_DAMAGED) throw new FrameReaderError(`${MAX_DAMAGED} frames in a row are damaged`)
    this.#end(START.length)
  }

  #end(count: number): void {
    this.#pending.remove(count)
    this.#isInFrame = false
    this.#searched = 0
  }

  #noFrame(bytes: Buffer): FrameReaderError {
    const type = readPartType(bytes.toString('latin1', 0, MAX_HEAD_BYTES))
    const got =
      type === undefined || type === 'image/jpeg' ? `${bytes.length} bytes without one` : quote(type)
    return new FrameReaderError(`expected JPEG frames, got ${got}`)
  }
}
