import { hash } from 'node:crypto'
import { crc32, gzipSync } from 'node:zlib'
import type { FrameRoom } from './frame-room.ts'

/** The formats for parts of a stream. */
export type StreamFormat = 'png' | 'jpeg' | 'webp'

/** The formats a picture can be encoded in. */
export const FORMATS = ['png', 'jpeg', 'webp', 'gif', 'svg', 'bmp'] as const

/** A format a picture can be encoded in. */
export type Format = (typeof FORMATS)[number]

/** An encoded picture as a response sends it; immutable. */
export interface Encoded {
  readonly format: Format
  /** The text of an SVG need not become a Buffer to be sent once. */
  readonly bytes: Buffer | string
  /** A strong entity tag (RFC 9110, section 8.8.3): equal bytes, equal tag. */
  readonly etag: string
  /** Whether it replaces a picture that is not ready. @default false */
  readonly isPlaceholder?: boolean
  /** The bytes compressed, for formats that are not compressed themselves and where it is worth it. */
  readonly gzip?: Buffer | undefined
}

/** An encoded picture; immutable. */
export interface Frame extends Encoded {
  readonly bytes: Buffer
  /** CSS pixels; the encoded picture has `scale` times as many each way. */
  readonly width: number
  readonly height: number
  /** What it shows, in words. @default unknown */
  readonly alt?: string | undefined
  /** Whether it is an animated picture, which restarts whenever it is sent. */
  readonly animated: boolean
  /** Whether it stands in for a frame from elsewhere, of whatever size, that may come soon. @default false */
  readonly awaitsFrame?: boolean | undefined
  /** Whether it is one frame in place of an animation that is late. @default false */
  readonly isIncomplete?: boolean
  /** Free memory around the bytes. @default none */
  readonly room?: FrameRoom | undefined
}

/** An SVG that fits into one packet arrives no sooner when it is smaller. */
const LEAST_GZIP_BYTES = 1400

/** Returns the media type of a format. */
export function contentType(format: Format): string {
  return format === 'svg' ? 'image/svg+xml' : `image/${format}`
}

/** Creates a frame from encoded bytes; `width` and `height` are CSS pixels. */
export function createFrame(
  format: Format,
  bytes: Buffer,
  width: number,
  height: number,
  { animated = false }: { animated?: boolean } = {},
): Frame {
  const gzip = isCompressible({ format, bytes }) ? { gzip: gzipSync(bytes) } : {}
  let etag: string | undefined
  return {
    ...{ format, bytes, width, height, animated, ...gzip },
    // Most frames of a stream never need one.
    get etag() {
      etag ??= tagOf(bytes)
      return etag
    },
  }
}

/** An SVG that is sent once. */
export class SvgText implements Encoded {
  readonly format = 'svg'
  readonly bytes: string
  readonly etag: string

  constructor(svg: string) {
    this.bytes = svg
    // Only compared with earlier texts of the same URL; a hash takes three times as long.
    this.etag = `"${crc32(svg).toString(36)}-${svg.length.toString(36)}"`
  }

  /** Compressing takes as long as drawing a badge, and many programs do not accept it. */
  get gzip(): Buffer | undefined {
    return isCompressible(this) ? gzipSync(this.bytes) : undefined
  }
}

function tagOf(bytes: Buffer | string): string {
  return `"${hash('sha1', bytes, 'base64url')}"`
}

/** Whether a response may compress a picture. */
export function isCompressible({ format, bytes }: Pick<Encoded, 'format' | 'bytes'>): boolean {
  return format === 'svg' && bytes.length > LEAST_GZIP_BYTES
}
