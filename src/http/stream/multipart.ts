import { randomBytes } from 'node:crypto'
import { contentType, type Frame } from '../../picture/frame.ts'
import { PNG_HEADER_BYTES } from '../../picture/png.ts'
import type { Framing } from '../negotiate.ts'
import { EMPTY_JPEG_COMMENT, EMPTY_PNG_CHUNK, fatten } from './filler.ts'

/**
 * Bytes that must have come before Chromium shows an opaque cross-origin response (1024; WebKit: 512). Text before
 * the first boundary counts; bare line ends do not.
 */
const FIRST_BYTES = 1024
const PREAMBLE_LINE = 'A live picture follows. Each part replaces the one before it.\r\n'

/** One frame as it goes over the wire, built once and shared by every connection. */
interface Wire {
  browser: Buffer
  machine: Buffer
  /** For connections whose part is begun: the rest, the next head, and the next part's beginning. */
  begun: Buffer
}

/** Writes multipart/x-mixed-replace bodies (RFC 2046, section 5.1) with one boundary. */
export class Multipart {
  /**
   * Random: where it occurs in a picture's bytes Firefox drops the stream and WebKit's page crashes. At most 31
   * characters: Firefox holds back as many bytes as a boundary could be, and a PNG begun early has only 33 to get
   * through (measured: 31 work, with 32 a leaver is never noticed).
   */
  readonly boundary: string
  readonly #wires = new WeakMap<Frame, Partial<Wire>>()
  #lastFrame: Frame | undefined
  #lastWire: Partial<Wire> = {}

  constructor(boundary = `imgcast-${randomBytes(11).toString('hex')}`) {
    this.boundary = boundary
  }

  get contentType(): string {
    return `multipart/x-mixed-replace; boundary=${this.boundary}`
  }

  /** What comes before the bytes of the first picture. */
  opening(frame: Frame, framing: Framing): Buffer {
    if (framing === 'machine') return Buffer.from(`--${this.boundary}\r\n`)
    const missing = FIRST_BYTES - frame.bytes.length
    const lines = Math.max(0, Math.ceil(missing / PREAMBLE_LINE.length))
    return Buffer.from(`${PREAMBLE_LINE.repeat(lines)}--${this.boundary}\r\n${this.#head(frame)}`)
  }

  /** A whole picture, and what follows it at once. Shared: the same Buffer for every connection. */
  part(frame: Frame, framing: Framing): Buffer {
    const wire = this.#wire(frame)
    if (framing === 'machine') {
      const head = `Content-Type: ${contentType(frame.format)}\r\nContent-Length: ${frame.bytes.length}\r\n\r\n`
      wire.machine ??= Buffer.concat([
        Buffer.from(head),
        frame.bytes,
        Buffer.from(`\r\n--${this.boundary}\r\n`),
      ])
      return wire.machine
    }
    wire.browser ??= Buffer.concat([frame.bytes, this.#between(frame)])
    return wire.browser
  }

  /**
   * The picture of a part that was begun with `beginningOf` an equally begun frame: what is left of it, and the next
   * part begun in turn. Shared like `part`.
   */
  begunPart(frame: Frame): Buffer {
    const wire = this.#wire(frame)
    const begun = beginningOf(frame)
    wire.begun ??= Buffer.concat([frame.bytes.subarray(begun.length), this.#between(frame), begun])
    return wire.begun
  }

  /** A whole picture that takes over a megabyte and looks the same, in pieces; for the browser framing. */
  fatPart(frame: Frame): Buffer[] {
    return [...fatten(frame), this.#between(frame)]
  }

  /** What ends the stream after a head was sent in advance: the last picture, once more, and the closing boundary. */
  ending(frame: Frame, framing: Framing, begun: Buffer | undefined): Buffer {
    const close = Buffer.from(`\r\n--${this.boundary}--\r\n`)
    if (framing === 'browser') return Buffer.concat([frame.bytes.subarray(begun?.length ?? 0), close])
    const whole = this.part(frame, framing)
    return Buffer.concat([whole.subarray(0, whole.length - this.boundary.length - 6), close])
  }

  #wire(frame: Frame): Partial<Wire> {
    // A fan-out asks for one frame thousands of times.
    if (frame !== this.#lastFrame) {
      this.#lastFrame = frame
      this.#lastWire = this.#findWire(frame)
    }
    return this.#lastWire
  }

  #findWire(frame: Frame): Partial<Wire> {
    const known = this.#wires.get(frame)
    if (known) return known
    const wire = {}
    this.#wires.set(frame, wire)
    return wire
  }

  #head({ format }: Frame): string {
    return `Content-Type: ${contentType(format)}\r\n\r\n`
  }

  #between(frame: Frame): Buffer {
    return Buffer.from(`\r\n--${this.boundary}\r\n${this.#head(frame)}`)
  }
}

/**
 * The first bytes of the next picture, as far as they are known before it is drawn: the same as this one's while size
 * and coding stay. Firefox, given these, notices within 20 ms that its viewer left, instead of at the next bytes. It
 * takes exactly a PNG's signature and IHDR (24 bytes are too few, 60 stop it drawing) and a JPEG up to and including
 * its frame header (SOF). Empty where nothing can go ahead: a WebP begins with its own length.
 */
export function beginningOf({ format, bytes }: Frame): Buffer {
  if (format === 'png') return bytes.subarray(0, PNG_HEADER_BYTES)
  return format === 'jpeg' ? bytes.subarray(0, endOfJpegFrameHeader(bytes)) : bytes.subarray(0, 0)
}

/** Whether a frame can follow in a part that was begun with `begun`. */
export function continues(frame: Frame, begun: Buffer): boolean {
  return frame.bytes.subarray(0, begun.length).equals(begun)
}

/** Bytes for the inside of a begun part that change nothing on screen: an empty ancillary chunk, an empty comment. */
export function silentBytes({ format }: Frame): Buffer {
  return format === 'png' ? EMPTY_PNG_CHUNK : EMPTY_JPEG_COMMENT
}

/** Where the SOF segment of a JPEG ends (ITU T.81, annex B); 0 where there is none before the scan. */
function endOfJpegFrameHeader(bytes: Buffer): number {
  let at = 2
  while (at + 4 <= bytes.length && bytes[at] === 0xff) {
    const marker = bytes[at + 1] ?? 0
    const next = at + 2 + bytes.readUInt16BE(at + 2)
    const isFrameHeader = marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker)
    if (isFrameHeader) return next
    if (marker === 0xda) return 0
    at = next
  }
  return 0
}
