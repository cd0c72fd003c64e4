import { createHash } from 'node:crypto'

/** The formats that a stream's parts can have. */
export type StreamFormat = 'png' | 'jpeg' | 'webp'

/** The formats a picture can be encoded in. */
export type Format = StreamFormat | 'gif' | 'svg'

/** A picture encoded once, never changed afterwards. */
export interface Frame {
  readonly format: Format
  readonly bytes: Buffer
  /** CSS pixels; the bytes hold `scale` times as many each way. */
  readonly width: number
  readonly height: number
  /** A strong entity tag (RFC 9110, section 8.8.3): equal bytes, equal tag. */
  readonly etag: string
  /** It moves by itself, and starts again whenever it is sent. */
  readonly animated: boolean
}

/** The media type of a format. */
export function contentType(format: Format): string {
  return format === 'svg' ? 'image/svg+xml' : `image/${format}`
}

/** Makes a frame of encoded bytes; `width` and `height` are CSS pixels. */
export function createFrame(
  format: Format,
  bytes: Buffer,
  width: number,
  height: number,
  { animated = false } = {},
): Frame {
  const etag = `"${createHash('sha1').update(bytes).digest('base64url')}"`
  return { format, bytes, width, height, etag, animated }
}
