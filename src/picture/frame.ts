import { hash } from 'node:crypto'
import { gzipSync } from 'node:zlib'
import { lazy } from '../system/lazy.ts'
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
  /** Returns the bytes compressed. Only where the format is not compressed itself and compression is worth it. */
  gzip?(): Buffer
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
  { animated = false, room }: { animated?: boolean; room?: FrameRoom } = {},
): Frame {
  let etag: string | undefined
  return {
    ...{ format, bytes, width, height, animated, ...compressible(format, bytes), ...(room && { room }) },
    // Most frames of a stream never need one.
    get etag() {
      etag ??= tagOf(bytes)
      return etag
    },
  }
}

/** Returns an SVG as it is sent once. */
export function encodedSvg(svg: string): Encoded {
  return { format: 'svg', bytes: svg, etag: tagOf(svg), ...compressible('svg', svg) }
}

function tagOf(bytes: Buffer | string): string {
  return `"${hash('sha1', bytes, 'base64url')}"`
}

function compressible(format: Format, bytes: Buffer | string): Pick<Encoded, 'gzip'> {
  if (format !== 'svg' || bytes.length <= LEAST_GZIP_BYTES) return {}
  // Compressing takes as long as drawing a badge, and many programs do not accept it.
  return { gzip: lazy(() => gzipSync(bytes)) }
}
