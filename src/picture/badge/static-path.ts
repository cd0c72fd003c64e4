import { parseColor } from '../color.ts'

/** The parts of a badge's path, in the grammar of shields.io's static badges. */
export interface StaticPath {
  label: string
  message: string
  /** Undefined if the path has none. */
  color: string | undefined
}

/** In a run of dashes, each pair is a dash in the text; a remaining dash separates. */
const DASHES = /-+/g
const UNDERSCORES = /_+/g

/**
 * Reads `label-message-color`, `message-color` or `message`. In texts `--` is a dash, `__` an underscore and `_` a
 * space; the path is already decoded. A label can also stand alone: `label--color`.
 * @throws RangeError for more than two separators, and for an invalid colour.
 */
export function parseStaticPath(path: string): StaticPath {
  const runs = [...path.matchAll(DASHES)].map(({ 0: dashes, index }) => ({ index, length: dashes.length }))
  const separators = runs.filter(({ length }) => length % 2 === 1)
  const [first, second] = separators
  if (separators.length > 2)
    throw new RangeError(
      `expected label-message-color, got ${separators.length} separators: write -- for a dash in a text`,
    )
  if (!first) return parseWithoutSeparator(path, runs)
  const last = second ?? first
  const color = readColor(path.slice(last.index + last.length))
  // In `a---b`, the first dash separates after a label, and the last one before a colour: the rest is the message's.
  const [label, from] = second ? [path.slice(0, first.index), first.index + 1] : ['', 0]
  return {
    label: toText(label),
    message: toText(path.slice(from, last.index + last.length - 1)),
    color,
  }
}

/** `label--color`, a badge without a message, if its end is a colour; otherwise all of it is the message. */
function parseWithoutSeparator(path: string, runs: { index: number; length: number }[]): StaticPath {
  const [run] = runs
  const color = run && runs.length === 1 ? path.slice(run.index + run.length) : undefined
  if (!run || color === undefined || parseColor(color) === undefined)
    return { label: '', message: toText(path), color: undefined }
  const dashes = path.slice(run.index + 1, run.index + run.length - 1)
  return { label: toText(path.slice(0, run.index)), message: toText(dashes), color }
}

function readColor(text: string): string {
  if (parseColor(text) !== undefined) return text
  throw new RangeError(
    `expected a colour like brightgreen or ff8800 at the end of label-message-color, got ${JSON.stringify(text.slice(0, 40))}: write -- for a dash in a text`,
  )
}

function toText(text: string): string {
  const spaced = text === '_' ? text : text.replace(UNDERSCORES, toUnderscores)
  return spaced.replaceAll('--', '-').trim()
}

function toUnderscores(run: string): string {
  return run.length === 1 ? ' ' : '_'.repeat(Math.ceil(run.length / 2))
}
