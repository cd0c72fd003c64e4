/** The samples of a `/metrics` page: `name{label="value"}` to its value, labels in the order they came. */
export type Samples = Map<string, number>

/** Reads a server's metrics. */
export async function readMetrics(url: string, token: string): Promise<Samples> {
  const response = await fetch(`${url}/metrics`, { headers: { Authorization: `Bearer ${token}` } })
  if (response.status !== 200) throw new Error(`${response.status}: ${await response.text()}`)
  return parseMetrics(await response.text())
}

/** Reads Prometheus's text format. @throws where a line is not of it, or a series comes twice. */
export function parseMetrics(text: string): Samples {
  const samples: Samples = new Map()
  for (const line of text.split('\n')) {
    if (line === '' || line.startsWith('# ')) continue
    const [, series = '', value = ''] = /^([a-z_:]\w*(?:\{.*\})?) (\S+)$/i.exec(line) ?? []
    if (series === '') throw new Error(`expected a sample, got ${line}`)
    if (samples.has(series)) throw new Error(`${series} is there twice`)
    samples.set(series, Number(value))
  }
  return samples
}

/** The sum of a metric over all of its labels; undefined where there is no sample of it. */
export function sumOf(samples: Samples, name: string): number | undefined {
  const values = [...samples].flatMap(([series, value]) => (series.split('{')[0] === name ? [value] : []))
  return values.length === 0 ? undefined : values.reduce((sum, value) => sum + value, 0)
}
