import { Counter, Registry } from 'prom-client'
import { expect, test } from 'vitest'
import { StillSums } from '../../../src/http/metrics/still-sums.ts'

test('stills are counted once, by widget and status', async () => {
  const registers = [new Registry()]
  const stills = new Counter({ name: 'stills', help: '-', labelNames: ['widget', 'status'], registers })
  const bytes = new Counter({ name: 'bytes', help: '-', labelNames: ['widget', 'delivery'], registers })
  const sums = new StillSums()
  sums.add('status', 200, 1000)
  sums.add('status', 200, 500)
  sums.add('status', 304, 0)
  sums.add('badge', 200, 800)
  sums.count(stills, bytes)
  sums.count(stills, bytes)
  expect((await stills.get()).values).toEqual([
    { labels: { widget: 'status', status: 200 }, value: 2 },
    { labels: { widget: 'status', status: 304 }, value: 1 },
    { labels: { widget: 'badge', status: 200 }, value: 1 },
  ])
  expect((await bytes.get()).values.map(({ value }) => value)).toEqual([1500, 800])
})
