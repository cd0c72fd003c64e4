const BLOCKS = '▁▂▃▄▅▆▇█'
const MARKS = '_.:-=+*#'

/**
 * Draws the newest numbers as a line of bars, the newest at the right. The largest of them has full height, and zero none.
 * @param width in columns
 */
export function sparkline(values: readonly number[], width: number, isUnicode: boolean): string {
  const [ground = '', ...bars] = isUnicode ? BLOCKS : MARKS
  const shown = width > 0 ? values.slice(-width) : []
  const largest = Math.max(1, ...shown)
  const marks = shown.map((value) =>
    value <= 0 ? ground : bars[Math.ceil((value / largest) * bars.length) - 1],
  )
  return marks.join('').padStart(width)
}
