import { styleText } from 'node:util'

/** The style of a text, if the terminal has colours. */
export type Style = 'bold' | 'dim' | 'inverse' | 'green' | 'red'

/** A text in one style, each character one column wide. */
export interface Span {
  text: string
  style?: Style
}

/** One line of the screen. */
export type Line = readonly Span[]

/** Returns the width of a line in columns. */
export function widthOf(line: Line): number {
  return line.reduce((width, { text }) => width + text.length, 0)
}

/** Joins the left and right end of a line, padded to the width. Drops the right end if both do not fit. */
export function spread(left: Line, right: Line, width: number): Line {
  const space = width - widthOf(left) - widthOf(right)
  return space < 1 ? cut(left, width) : [...left, { text: ' '.repeat(space) }, ...right]
}

/** Returns the first columns of a line. */
export function cut(line: Line, width: number): Line {
  let left = Math.max(0, width)
  const spans: Span[] = []
  for (const span of line) {
    const text = span.text.slice(0, left)
    left -= text.length
    if (text !== '') spans.push({ ...span, text })
  }
  return spans
}

/** Formats a line for the terminal. */
export function paint(line: Line, isColored: boolean): string {
  // Colour support was checked already; newer versions of Node would check again.
  const options = { validateStream: false }
  return line.map(({ text, style }) => (style && isColored ? styleText(style, text, options) : text)).join('')
}
