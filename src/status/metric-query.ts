import { quote } from '../errors.ts'

/** A metric, and labels that its sample must have. */
export interface MetricQuery {
  name: string
  labels: ReadonlyMap<string, string>
}

const NAME = /[a-z_:][\w:]*/iy
const LABEL = /\s*([a-z_]\w*)\s*=\s*"([^"\\]*(?:\\.[^"\\]*)*)"\s*(,?)/iy
const ESCAPES: Readonly<Record<string, string>> = { '\\\\': '\\', '\\"': '"', '\\n': '\n' }
const MAX_QUERY_LENGTH = 200
const BLANK = /\s/

/**
 * Reads a metric's name and labels, like `node_load1` or `up{job="web"}`.
 * @throws TypeError that describes the fault.
 */
export function parseMetricQuery(text: string): MetricQuery {
  const series = text.length <= MAX_QUERY_LENGTH ? readSeries(text.trim()) : undefined
  if (series?.rest !== '')
    throw new TypeError(`Expected a metric like node_load1 or up{job="web"}, got ${quote(text)}`)
  return { name: series.name, labels: series.labels }
}

/**
 * Returns the value of the one sample of a metric in Prometheus' text format (or OpenMetrics). Reads each line once.
 * @throws TypeError if there is none, or several.
 */
export function readMetric(text: string, query: MetricQuery): number {
  const found: string[] = []
  for (const line of text.split('\n')) {
    if (!line.startsWith(query.name)) continue
    const series = readSeries(line)
    if (!series || series.name !== query.name) continue
    if ([...query.labels].every(([label, value]) => series.labels.get(label) === value))
      found.push(series.rest.split(BLANK, 1)[0] ?? '')
  }
  const [value = '', ...others] = found
  if (found.length === 0) throw new TypeError(`there is no metric ${toText(query)}`)
  if (others.length > 0) throw new TypeError(`${found.length} samples are ${toText(query)}: add a label`)
  return Number(value || Number.NaN)
}

/** Reads the name and the labels at the start of a line; undefined for anything else. */
function readSeries(line: string): (MetricQuery & { rest: string }) | undefined {
  NAME.lastIndex = 0
  const name = NAME.exec(line)?.[0]
  if (name === undefined) return undefined
  const labels = new Map<string, string>()
  let at = name.length
  while (line[at] === ' ') at += 1
  if (line[at] !== '{') return { name, labels, rest: line.slice(at).trim() }
  at += 1
  for (let hasMore = true; hasMore; ) {
    LABEL.lastIndex = at
    const [whole, label, value, comma] = LABEL.exec(line) ?? []
    if (whole === undefined || label === undefined || value === undefined) break
    labels.set(
      label,
      value.replaceAll(/\\[\\"n]/g, (escaped) => ESCAPES[escaped] ?? escaped),
    )
    at += whole.length
    hasMore = comma === ','
  }
  while (line[at] === ' ') at += 1
  return line[at] === '}' ? { name, labels, rest: line.slice(at + 1).trim() } : undefined
}

function toText({ name, labels }: MetricQuery): string {
  const pairs = [...labels].map(([label, value]) => `${label}=${JSON.stringify(value)}`)
  return pairs.length === 0 ? name : `${name}{${pairs.join(',')}}`
}
