import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { METRICS } from '../../src/http/metrics/metric-rows.ts'
import { tableOf, toTable } from './markdown.ts'

const read = (path: string) => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8')
const page = read('docs/metrics.md')

test('docs/metrics.md has every metric, its type, labels and meaning', () => {
  const rows = Object.values(METRICS).map(({ name, type, labels, help }) => [
    `\`${name}\``,
    type,
    labels.map((label) => `\`${label}\``).join(', ') || '—',
    help,
  ])
  expect(tableOf(page, 'Metric')).toBe(toTable([['Metric', 'Type', 'Labels', 'Meaning'], ...rows]))
})

test('docs/metrics.md has every alert, and when it fires', () => {
  const rules = read('deploy/alerts.yml')
    .split(/^ +- alert: /m)
    .slice(1)
  const rows = rules.map((rule) => [
    `\`${/^\w+/.exec(rule)?.[0]}\``,
    /severity: (\w+)/.exec(rule)?.[1] ?? '',
    /^ +for: (\w+)$/m.exec(rule)?.[1] ?? '—',
  ])
  const table = tableOf(page, 'Alert').split('\n').slice(2)
  const told = table.map((line) =>
    line
      .split('|')
      .slice(1, 4)
      .map((cell) => cell.trim()),
  )
  expect(told).toEqual(rows)
})
