/** The headers that claim a length, the most believed first. The last two are those of a few cameras. */
const LENGTHS = ['content-length', 'content-size', 'x-content-length'].map((name) => Buffer.from(name))
const MAX_DIGITS = 9
const [TAB, LINE_FEED, RETURN, SPACE, COLON, ZERO, NINE] = [9, 10, 13, 32, 58, 48, 57]
const TYPE = /^[ \t]{0,9}content-type[ \t]{0,9}:[ \t]{0,9}([^;\r\n]{0,200})/gim

/**
 * The length that the last headers in a text claim; undefined if they claim none. Any line breaks will do, and the text may also
 * hold a boundary, or the end of another part. It is read byte by byte: at thirty frames a second a regular expression took a sixth
 * of the time of a whole frame.
 */
export function readPartLength(bytes: Buffer, from: number, to: number): number | undefined {
  let length: number | undefined
  let lastRank = LENGTHS.length
  for (let at = from; at < to; at = findLineEnd(bytes, at, to) + 1) {
    const start = skipBlanks(bytes, at, to)
    const rank = rankAt(bytes, start, to)
    if (rank > lastRank || rank === LENGTHS.length) continue
    const claimed = readNumber(bytes, start + (LENGTHS[rank] as Buffer).length, to)
    if (claimed === undefined) continue
    length = claimed
    lastRank = rank
  }
  return length
}

/** The place in `LENGTHS` of the name that begins there; their number for any other name. */
function rankAt(bytes: Buffer, at: number, to: number): number {
  for (let rank = 0; rank < LENGTHS.length; rank += 1) {
    const name = LENGTHS[rank] as Buffer
    let same = 0
    while (same < name.length && at + same < to && toLowerCase(bytes[at + same] as number) === name[same])
      same += 1
    if (same === name.length) return rank
  }
  return LENGTHS.length
}

/** Reads a colon and a number, which must be all that is left of the line. */
function readNumber(bytes: Buffer, from: number, to: number): number | undefined {
  const colon = skipBlanks(bytes, from, to)
  if (colon >= to || bytes[colon] !== COLON) return undefined
  const start = skipBlanks(bytes, colon + 1, to)
  let at = start
  let value = 0
  for (; at < to; at += 1) {
    const byte = bytes[at] as number
    if (byte < ZERO || byte > NINE) break
    value = value * 10 + byte - ZERO
  }
  const isNumber = at > start && at - start <= MAX_DIGITS
  const end = skipBlanks(bytes, at, to)
  return isNumber && (end === to || isLineEnd(bytes[end] as number)) ? value : undefined
}

function findLineEnd(bytes: Buffer, from: number, to: number): number {
  let at = from
  while (at < to && !isLineEnd(bytes[at] as number)) at += 1
  return at
}

function skipBlanks(bytes: Buffer, from: number, to: number): number {
  let at = from
  while (at < to && (bytes[at] === SPACE || bytes[at] === TAB)) at += 1
  return at
}

function isLineEnd(byte: number): boolean {
  return byte === LINE_FEED || byte === RETURN
}

function toLowerCase(byte: number): number {
  return byte >= 65 && byte <= 90 ? byte + 32 : byte
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
