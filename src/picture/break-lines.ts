/** The longest text that is laid out, in UTF-16 units: more does not fit into any picture. */
const MAX_LENGTH = 10_000
/** Scripts that are written without spaces between words. */
const UNSPACED_START =
  /^[\p{sc=Han}\p{sc=Hiragana}\p{sc=Katakana}\p{sc=Thai}\p{sc=Lao}\p{sc=Khmer}\p{sc=Myanmar}、。，．・：；？！」』）]/u
const UNSPACED_END =
  /[\p{sc=Han}\p{sc=Hiragana}\p{sc=Katakana}\p{sc=Thai}\p{sc=Lao}\p{sc=Khmer}\p{sc=Myanmar}、。，．・：；？！」』）]$/u
/** Characters that no line may begin with, and those that none may end with (JIS X 4051). */
const NO_START =
  /^[)\]}»”’!?:;,.%、。，．・：；？！）］｝〕〉》」』】ー…‥ぁぃぅぇぉっゃゅょァィゥェォッャュョ]/u
const NO_END = /[([{«“‘（［｛〔〈《「『【]$/u
const HYPHENATED = /[\p{L}\p{N}][-‐–—/]$/u

const FIRST_LENGTH = 64

const words = new Intl.Segmenter(undefined, { granularity: 'word' })
const letters = new Intl.Segmenter(undefined, { granularity: 'grapheme' })

/** One line, and whether a paragraph ends with it. */
export interface Line {
  text: string
  isLast: boolean
}

/**
 * Breaks a text into lines that are at most `width` wide: after spaces and hyphens, between words of scripts without
 * spaces, and within a word that is wider than a line. A line end in the text begins a new line. Lazy, so that a long text of
 * which few lines are shown costs little.
 * @param measure the width of a line.
 */
export function* breakLines(text: string, width: number, measure: (line: string) => number): Generator<Line> {
  for (const paragraph of text.slice(0, MAX_LENGTH).split(/\r\n|[\n\r\u2028\u2029]/)) {
    let line = ''
    for (const piece of pieces(paragraph.replace(/\t/g, ' '))) {
      if (line === '' || measure((line + piece).trimEnd()) <= width) {
        line += piece
      } else {
        yield { text: line.trimEnd(), isLast: false }
        line = piece.trimStart()
      }
      // A word that is wider than a line is broken between its letters.
      for (let head = headOf(line, width, measure); head !== ''; head = headOf(line, width, measure)) {
        yield { text: head, isLast: false }
        line = line.slice(head.length)
      }
    }
    yield { text: line.trimEnd(), isLast: true }
  }
}

/** The parts of a text between which a line may break, each with the spaces that follow it. */
function* pieces(text: string): Generator<string> {
  let piece = ''
  for (const { segment } of words.segment(text)) {
    if (piece !== '' && breaks(piece, segment)) {
      yield piece
      piece = ''
    }
    piece += segment
  }
  if (piece !== '') yield piece
}

function breaks(before: string, after: string): boolean {
  if (/^\s/.test(after) || NO_START.test(after) || NO_END.test(before)) return false
  // A no-break space is white space too.
  if (/[^\S\u00a0\u202f]$/.test(before) || HYPHENATED.test(before)) return true
  return UNSPACED_END.test(before) || UNSPACED_START.test(after)
}

/** The letters of a line that is too wide which fit, at least one; empty for a line that fits. */
function headOf(line: string, width: number, measure: (line: string) => number): string {
  // The whole of a very long word would take long to measure.
  let length = FIRST_LENGTH
  while (length < line.length && measure(line.slice(0, length)) <= width) length *= 2
  if (length >= line.length && measure(line.trimEnd()) <= width) return ''
  const ends = [...letters.segment(line.slice(0, length))].map(({ index, segment }) => index + segment.length)
  let [low, high] = [0, ends.length - 1]
  while (low < high) {
    const middle = Math.ceil((low + high) / 2)
    if (measure(line.slice(0, ends[middle])) <= width) low = middle
    else high = middle - 1
  }
  const end = ends[low] ?? line.length
  return end < line.length ? line.slice(0, end) : ''
}
