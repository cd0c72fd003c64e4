import { randomBytes } from 'node:crypto'
import { contentType, type Format, type Frame } from '../../picture/frame.ts'
import { endOfJpegFrameHeader } from '../../picture/jpeg.ts'
import { PNG_HEADER_BYTES } from '../../picture/png.ts'
import type { Framing } from '../negotiate.ts'
import { EMPTY_JPEG_COMMENT, EMPTY_PNG_CHUNK, padPicture } from './padding.ts'

/**
 * Bytes that must have come before Chromium shows an opaque cross-origin response (1024; WebKit: 512). Text before
 * the first boundary counts; bare line ends do not.
 */
const FIRST_BYTES = 1024
const PREAMBLE_LINE = 'A live picture follows. Each part replaces the one before it.\r\n'

const NOTHING = Buffer.alloc(0)

/** One frame as sent, built once and shared by every connection. */
interface Wire {
  browser: Buffer
  machine: Buffer
  /** For connections whose part is begun: the rest, the next head, and the next part's beginning. */
  begun: Buffer
  /** The end of the stream, as the last connection that ended needed it. */
  ending: { framing: Framing; begunBytes: number; bytes: Buffer }
}

/** Builds multipart/x-mixed-replace bodies (RFC 2046, section 5.1) with one boundary. */
export class Multipart {
  /**
   * Random: if it occurs in a picture's bytes, Firefox drops the stream and WebKit's page crashes. At most 31
   * characters: Firefox holds back as many bytes as a boundary may have, and a PNG begun early has only 33 bytes
   * (measured: 31 characters work, with 32 a leaver is never noticed).
   */
  readonly boundary: string
  readonly #delimiter: Buffer
  readonly #betweens = new Map<Format, Buffer>()
  readonly #wires = new WeakMap<Frame, Partial<Wire>>()
  #lastFrame: Frame | undefined
  #lastWire: Partial<Wire> = {}

  constructor(boundary = `imgcast-${randomBytes(11).toString('hex')}`) {
    this.boundary = boundary
    this.#delimiter = Buffer.from(`\r\n--${boundary}\r\n`)
  }

  get contentType(): string {
    return `multipart/x-mixed-replace; boundary=${this.boundary}`
  }

  /** The bytes before those of the first picture. */
  opening(frame: Frame, framing: Framing): Buffer {
    if (framing === 'machine') return Buffer.from(`--${this.boundary}\r\n`)
    const missing = FIRST_BYTES - frame.bytes.length
    const lines = Math.max(0, Math.ceil(missing / PREAMBLE_LINE.length))
    return Buffer.from(`${PREAMBLE_LINE.repeat(lines)}--${this.boundary}\r\n${this.#head(frame)}`)
  }

  /** A whole picture and the bytes that follow it at once. Shared: every connection gets the same Buffer. */
  part(frame: Frame, framing: Framing): Buffer {
    const wire = this.#wire(frame)
    if (framing === 'machine') {
      wire.machine ??= this.#surround(frame, machineHead(frame), this.#delimiter)
      return wire.machine
    }
    // It begins like that of a machine: both can be in one memory.
    wire.browser ??= this.#surround(frame, NOTHING, this.#between(frame))
    return wire.browser
  }

  /**
   * The rest of a picture whose part was begun with the same bytes, then the beginning of the next part. Shared like
   * `part`.
   */
  begunPart(frame: Frame): Buffer {
    const wire = this.#wire(frame)
    const begun = beginningOf(frame)
    if (!wire.begun) {
      wire.begun = Buffer.concat([frame.bytes.subarray(begun.length), this.#between(frame), begun])
      this.#keep(frame)
    }
    return wire.begun
  }

  /** A whole picture in over a megabyte that looks the same, in pieces; for the browser framing. */
  paddedPart(frame: Frame): Buffer[] {
    return [...padPicture(frame), this.#between(frame)]
  }

  /**
   * Ends a stream of which the next head was sent in advance: the last picture once more, without the bytes that were
   * begun, and the closing boundary. Shared like `part`: ten thousand streams can end at once.
   */
  ending(frame: Frame, framing: Framing, begunBytes = 0): Buffer {
    const wire = this.#wire(frame)
    const known = wire.ending
    if (known?.framing === framing && known.begunBytes === begunBytes) return known.bytes
    const bytes = this.#makeEnding(frame, framing, begunBytes)
    wire.ending = { framing, begunBytes, bytes }
    this.#keep(frame)
    return bytes
  }

  #makeEnding(frame: Frame, framing: Framing, begunBytes: number): Buffer {
    const close = Buffer.from(`\r\n--${this.boundary}--\r\n`)
    if (framing === 'browser') return Buffer.concat([frame.bytes.subarray(begunBytes), close])
    const whole = this.part(frame, framing)
    return Buffer.concat([whole.subarray(0, whole.length - this.boundary.length - 6), close])
  }

  #surround(frame: Frame, before: Buffer, after: Buffer): Buffer {
    const inPlace = frame.room?.surround(this, before, after)
    if (inPlace) return inPlace
    this.#keep(frame)
    return Buffer.concat([before, frame.bytes, after])
  }

  #wire(frame: Frame): Partial<Wire> {
    // A fan-out looks up one frame thousands of times.
    if (frame !== this.#lastFrame) {
      this.#lastFrame = frame
      this.#lastWire = this.#wires.get(frame) ?? {}
    }
    return this.#lastWire
  }

  /**
   * Keeps what was built of a frame, as others may be sent before it is needed again. What lies in the frame's room need not be
   * kept, and an entry for each of a camera's frames would cost the collector of memory.
   */
  #keep(frame: Frame): void {
    this.#wires.set(frame, this.#wire(frame))
  }

  #head({ format }: Frame): string {
    return `Content-Type: ${contentType(format)}\r\n\r\n`
  }

  /** The bytes from the end of a picture to the next one of its format. */
  #between(frame: Frame): Buffer {
    const known = this.#betweens.get(frame.format)
    if (known) return known
    const between = Buffer.concat([this.#delimiter, Buffer.from(this.#head(frame))])
    this.#betweens.set(frame.format, between)
    return between
  }
}

function machineHead({ format, bytes }: Frame): Buffer {
  return Buffer.from(`Content-Type: ${contentType(format)}\r\nContent-Length: ${bytes.length}\r\n\r\n`)
}

/**
 * The first bytes of the next picture that are known before it is drawn: those of this one, while size and coding stay
 * the same. With them Firefox notices within 20 ms that its viewer left, instead of at the next bytes. It needs exactly
 * a PNG's signature and IHDR (24 bytes are too few, 60 stop it drawing), or a JPEG up to and including its frame header
 * (SOF). Empty for WebP, which begins with its own length.
 */
export function beginningOf({ format, bytes }: Frame): Buffer {
  if (format === 'png') return bytes.subarray(0, PNG_HEADER_BYTES)
  return format === 'jpeg' ? bytes.subarray(0, endOfJpegFrameHeader(bytes)) : bytes.subarray(0, 0)
}

/** Whether a frame can complete a part that was begun with `begun`. */
export function continues(frame: Frame, begun: Buffer): boolean {
  return frame.bytes.subarray(0, begun.length).equals(begun)
}

/** Bytes inside a begun part that change nothing on screen: an empty ancillary chunk, or an empty comment. */
export function silentBytes({ format }: Frame): Buffer {
  return format === 'png' ? EMPTY_PNG_CHUNK : EMPTY_JPEG_COMMENT
}
