const COLUMNS = ['', 'ours', 'control', 'measured', 'target', '']

/** Formats a number for people: three digits. */
export function toFigure(value, unit = '') {
  if (value === undefined || !Number.isFinite(value)) return '–'
  const size = Math.abs(value)
  const digits = size >= 100 || Number.isInteger(value) ? 0 : size >= 10 ? 1 : 2
  const text = value.toFixed(digits).replace(/\B(?=(\d{3})+$)/g, ' ')
  return unit === '' ? text : `${text} ${unit}`
}

/** The cells of a line: what, ours, control, the compared value, the target, the verdict. */
export function toCells({ what, unit, ours, control, value, limit, floor, holds }) {
  const isRatio = limit !== undefined && value !== ours
  const measured = isRatio ? `${toFigure(value)} x` : ''
  const sign = floor ? '≥' : '≤'
  const target =
    limit === undefined ? '' : `${sign} ${isRatio ? `${toFigure(limit)} x` : toFigure(limit, unit)}`
  const verdict = holds === undefined ? '' : holds ? 'holds' : 'misses'
  return [
    what,
    toFigure(ours, unit),
    control === undefined ? '' : toFigure(control, unit),
    measured,
    target,
    verdict,
  ]
}

/** A result as a table for a terminal. */
export function toText({ machine, rows, took }) {
  const cells = rows.map(({ title, target, lines }) => ({ title, target, lines: lines.map(toCells) }))
  const all = [COLUMNS, ...cells.flatMap(({ lines }) => lines)]
  const widths = COLUMNS.map((_, column) => Math.max(...all.map((line) => line[column].length)))
  const format = (line) =>
    line
      .map((cell, column) => (column === 0 ? cell.padEnd(widths[0]) : cell.padStart(widths[column])))
      .join('  ')
      .trimEnd()
  const blocks = cells.map(({ title, target, lines }) =>
    ['', `${title}`, `  ${target}`, ...lines.map((line) => `  ${format(line)}`)].join('\n'),
  )
  return [`  ${format(COLUMNS)}`, ...blocks, '', `${machine}; ${Math.round(took / 1000)} s`, ''].join('\n')
}
