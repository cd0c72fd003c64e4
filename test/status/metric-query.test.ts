import { describe, expect, test } from 'vitest'
import { parseMetricQuery, readMetric } from '../../src/status/metric-query.ts'

const TEXT = `# HELP node_load1 1m load average.
# TYPE node_load1 gauge
node_load1 0.21
node_load15 0.4
temperature_celsius{ room = "a \\"b\\" } c" , floor="1",} -3.5e0 1395066363000
temperature_celsius{room="cellar",floor="0"} 12
disk_free_bytes{path="C:\\\\x"} 1.5e+11
up NaN
top +Inf
broken{a="b 1
`

describe('the text format of Prometheus', () => {
  test.each([
    ['node_load1', 0.21],
    ['node_load15{}', 0.4],
    ['temperature_celsius{floor="1"}', -3.5],
    ['temperature_celsius{room="a \\"b\\" } c"}', -3.5],
    ['temperature_celsius{floor="0", room="cellar"}', 12],
    ['disk_free_bytes{path="C:\\\\x"}', 1.5e11],
    ['up', Number.NaN],
    ['top', Number.NaN],
  ])('%s', (query, value) => {
    expect(readMetric(TEXT, parseMetricQuery(query))).toBe(value)
  })

  test.each([
    ['node_load5', 'there is no metric node_load5'],
    ['broken', 'there is no metric broken'],
    ['node_load1{job="a"}', 'there is no metric node_load1{job="a"}'],
    ['temperature_celsius', '2 samples are temperature_celsius: add a label'],
  ])('without one sample of %s', (query, fault) => {
    expect(() => readMetric(TEXT, parseMetricQuery(query))).toThrow(fault)
  })

  test.each(['', '1a', 'a{', 'a{b="c"', 'a{b=c}', 'a{b!="c"}', 'a b', 'rate(a)', 'a'.repeat(201)])(
    'does not know the query %.20s',
    (query) => {
      expect(() => parseMetricQuery(query)).toThrow('Expected a metric like node_load1 or up{job="web"}')
    },
  )

  test('is read in linear time', () => {
    const labels = `a{${'b="\\"",'.repeat(100_000)} 1\n`
    const startedAt = performance.now()
    expect(() => readMetric(labels + 'a{'.repeat(100_000), parseMetricQuery('a'))).toThrow('no metric')
    expect(performance.now() - startedAt).toBeLessThan(5_000)
  })
})
