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
/** Bytes of most heads. */
const NEAR = 512
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
  /** How many of the pending bytes are done with. Between two chunks it is 0. */
  #at = 0
  /** Whether a frame begins there; before it, there is text. */
  #isInFrame = false
  #length: number | undefined
  /** Undefined until it is needed. */
  #walk: JpegWalk | undefined
  /** How many bytes from there have no delimiter in them, and no start of a frame. */
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
      this.#pending.keep(this.#at)
      this.#at = 0
    }
  }

  #readHead(): boolean {
    const { bytes } = this.#pending
    // Line breaks after a frame are mostly all that is left of a chunk: without them the next one need not be copied.
    if (this.#searched === 0) while (bytes[this.#at] === 13 || bytes[this.#at] === 10) this.#at += 1
    const from = this.#at
    if (from === bytes.length) return false
    const start = findStart(bytes, from + this.#searched)
    const length = (start < 0 ? bytes.length : start) - from
    // The rest of a damaged frame may have to be skipped.
    const limit = this.#damaged > 0 ? this.#maxFrameBytes : MAX_HEAD_BYTES
    if (length > limit) throw this.#noFrame(bytes.subarray(from))
    if (start < 0) {
      this.#searched = Math.max(0, length - START.length + 1)
      return false
    }
    const claimed = readPartLength(bytes, from, start) ?? 0
    const isPossible = claimed > START.length && claimed <= this.#maxFrameBytes
    this.#length = isPossible && this.#isTrusted ? claimed : undefined
    this.#walk = undefined
    this.#at = start
    this.#searched = 0
    this.#isInFrame = true
    return true
  }

  #readFrame(): boolean {
    const { bytes } = this.#pending
    const length = this.#length === undefined ? this.#walkOn() : this.#readByLength(this.#length)
    if (length === undefined) {
      if (bytes.length - this.#at <= this.#maxFrameBytes) return false
      throw new FrameReaderError(`expected a frame of at most ${this.#maxFrameBytes} bytes, got more`)
    }
    if (length === -1) {
      this.#isTrusted = false
      this.#length = undefined
      return true
    }
    if (length === 0) this.#skipDamaged()
    else {
      const frame = bytes.subarray(this.#at, this.#at + length)
      this.#damaged = 0
      // Before the callback, which may throw.
      this.#end(length)
      this.#onFrame(frame)
    }
    return true
  }

  /** Returns the length of the JPEG by its structure, undefined if it has not ended, and 0 if it is damaged. */
  #walkOn(): number | undefined {
    this.#walk ??= new JpegWalk()
    return this.#walk.find(this.#pending.bytes.subarray(this.#at))
  }

  /** Returns the length if a JPEG ends there, undefined if more bytes have to come, and -1 for a lie. */
  #readByLength(length: number): number | undefined {
    const { bytes } = this.#pending
    const end = this.#at + length
    if (bytes.length >= end) return endsJpeg(bytes, this.#at, end) ? length : -1
    if (!this.#delimiter) return undefined
    const found = bytes.indexOf(this.#delimiter, this.#at + this.#searched)
    this.#searched = Math.max(0, bytes.length - this.#at - this.#delimiter.length + 1)
    return found < 0 ? undefined : -1
  }

  #skipDamaged(): void {
    this.#damaged += 1
    if (this.#damaged > MAX_DAMAGED) throw new FrameReaderError(`${MAX_DAMAGED} frames in a row are damaged`)
    this.#end(START.length)
  }

  #end(count: number): void {
    this.#at += count
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

/** Where a JPEG begins; -1 if none does from `from` on. For a head of a few lines a call of `indexOf` takes longer than to look. */
function findStart(bytes: Buffer, from: number): number {
  const last = bytes.length - START.length
  const near = Math.min(from + NEAR, last + 1)
  for (let at = from; at < near; at += 1)
    if (bytes[at] === START[0] && bytes[at + 1] === START[1] && bytes[at + 2] === START[2]) return at
  return near <= last ? bytes.indexOf(START, near) : -1
}

/** Whether the JPEG that begins at `from` ends at `end`, perhaps before some padding. */
function endsJpeg(bytes: Buffer, from: number, end: number): boolean {
  if (bytes[end - 2] === END[0] && bytes[end - 1] === END[1]) return true
  const tail = bytes.subarray(Math.max(from, end - MAX_PADDING), end)
  const at = tail.lastIndexOf(END)
  return at >= 0 && tail.subarray(at + END.length).every((byte) => PADDING.has(byte))
}
