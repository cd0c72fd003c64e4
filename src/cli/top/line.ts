import { styleText } from 'node:util'

/** How a text stands out, where the terminal has colours. */
export type Style = 'bold' | 'dim' | 'inverse' | 'green' | 'red'

/** A text in one style, each character one column wide. */
export interface Span {
  text: string
  style?: Style
}

/** One line of the screen. */
export type Line = readonly Span[]

/** The columns that a line takes. */
export function widthOf(line: Line): number {
  return line.reduce((width, { text }) => width + text.length, 0)
}

/** Two ends of a line with space between; without the right one where they do not fit, and never wider than asked. */
export function spread(left: Line, right: Line, width: number): Line {
  const space = width - widthOf(left) - widthOf(right)
  return space < 1 ? cut(left, width) : [...left, { text: ' '.repeat(space) }, ...right]
}

/** The first columns of a line. */
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

/** A line as the terminal takes it. */
export function paint(line: Line, isColored: boolean): string {
  // Whether the terminal has colours was asked already: newer versions of Node.js would ask again.
  const options = { validateStream: false }
  return line.map(({ text, style }) => (style && isColored ? styleText(style, text, options) : text)).join('')
}
