/** The first is believed before the others. `X-Content-Length` and `Content-Size` are those of a few cameras. */
const LENGTHS = ['content-length', 'content-size', 'x-content-length']
const LENGTH =
  /^[ \t]{0,9}(content-length|content-size|x-content-length)[ \t]{0,9}:[ \t]{0,9}(\d{1,9})[ \t]{0,9}\r?$/gim
const TYPE = /^[ \t]{0,9}content-type[ \t]{0,9}:[ \t]{0,9}([^;\r\n]{0,200})/gim

/**
 * The length that the last headers in a text claim; undefined if they claim none. Any line breaks will do, and the text may also
 * hold a boundary, or the end of another part.
 */
export function readPartLength(text: string): number | undefined {
  let [length, rank]: [number | undefined, number] = [undefined, Number.POSITIVE_INFINITY]
  for (const [, name = '', digits] of text.matchAll(LENGTH)) {
    const its = LENGTHS.indexOf(name.toLowerCase())
    if (its <= rank) [length, rank] = [Number(digits), its]
  }
  return length
}

/** The media type in such a text, in lower case; undefined if it has none. */
export function readPartType(text: string): string | undefined {
  return [...text.matchAll(TYPE)].at(-1)?.[1]?.trim().toLowerCase()
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
