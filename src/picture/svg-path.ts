/** Decimals of coordinates: a hundredth of a pixel is less than is seen at four times the size. */
const PRECISION = 100
const COMMAND = /([MLHVQCZ])([^A-Za-z]*)/g
const KNOWN = /^[MLHVQCZ\d\s.,eE-]*$/

/**
 * Shortens the path data that Skia writes: coordinates relative to the last point, with two decimals. Equal letters then have
 * nearly equal data, which compresses well. Data with other commands is returned unchanged.
 */
export function compactPath(data: string): string {
  if (!KNOWN.test(data)) return data
  let [x, y, startX, startY] = [0, 0, 0, 0]
  let text = ''
  for (const [, command = '', numbers = ''] of data.matchAll(COMMAND)) {
    if (command === 'Z') {
      text += 'z'
      ;[x, y] = [startX, startY]
      continue
    }
    const values = (numbers.match(/-?[\d.]+(?:e-?\d+)?/gi) ?? []).map((value) =>
      Math.round(Number(value) * PRECISION),
    )
    const isAcross = (index: number) => (command === 'H' ? true : command === 'V' ? false : index % 2 === 0)
    text += command.toLowerCase() + join(values.map((value, index) => value - (isAcross(index) ? x : y)))
    if (command !== 'V') x = values.at(command === 'H' ? -1 : -2) ?? x
    if (command !== 'H') y = values.at(-1) ?? y
    if (command === 'M') [startX, startY] = [x, y]
  }
  return text.replace(/^m/, 'M')
}

function join(values: readonly number[]): string {
  return values
    .map((value, index) => {
      const text = String(value / PRECISION).replace(/^(-?)0\./, '$1.')
      return index > 0 && !text.startsWith('-') ? ` ${text}` : text
    })
    .join('')
}
