/** The facts in the text between two frames of a multipart stream. */
export interface PartHead {
  /** The length that it claims; undefined if it claims none. */
  length: number | undefined
  /** The media type, in lower case. */
  type: string | undefined
}

/** `X-Content-Length` and `Content-Size` are those of a few cameras. */
const LENGTHS = ['content-length', 'content-size', 'x-content-length']

/** Reads the last headers in a text, with any line breaks: the text may also hold a boundary, or the end of another part. */
export function readPartHead(text: string): PartHead {
  const headers = new Map<string, string>()
  for (const line of text.split('\n')) {
    const colon = line.indexOf(':')
    if (colon > 0) headers.set(line.slice(0, colon).trim().toLowerCase(), line.slice(colon + 1).trim())
  }
  const lengths = LENGTHS.map((name) => headers.get(name)).filter((value) => value !== undefined)
  const length = lengths.find((value) => /^\d{1,9}$/.test(value))
  const type = headers.get('content-type')?.split(';')[0]?.trim().toLowerCase()
  return { length: length === undefined ? undefined : Number(length), type }
}

/** The boundary of a multipart media type, without the dashes that some servers count as a part of it; undefined for none. */
export function readBoundary(type: string | undefined): string | undefined {
  const [, quoted, bare] =
    /^multipart\/[\w.+-]{1,100}\s{0,9};(?:[^;]{0,200};){0,5}?\s{0,9}boundary\s{0,9}=\s{0,9}(?:"([^"]{1,100})"|([^\s;"]{1,100}))/i.exec(
      type ?? '',
    ) ?? []
  const boundary = (quoted ?? bare)?.replace(/^-{1,10}/, '')
  return boundary === '' ? undefined : boundary
}
