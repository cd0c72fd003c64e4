import { expect, test } from 'vitest'
import { toLoadFacts } from '../../../src/http/dashboard/load-facts.ts'
import type { Load } from '../../../src/schema/load-schema.ts'

const quiet: Load = {
  seconds: 60,
  server: { processor: 0.02, memoryBytes: 1e8 },
  render: { processes: 3, workers: 2, processor: 0.4, memoryBytes: 3e8 },
  waiting: { pictures: 0, median: 1, p95: 4 },
  changes: { median: 30, p95: 100 },
  frames: { wanted: 20, reached: 19 },
  refusals: { full: 2 },
}

test('a server that keeps up, or is idle, shows no sign of overload', () => {
  const none = { median: null, p95: null }
  const unused = {
    ...quiet,
    waiting: { pictures: 0, ...none },
    changes: none,
    frames: { wanted: 0, reached: 0 },
  }
  expect(toLoadFacts(quiet)).toMatchObject({ signs: [], refusals: [['full', 2]] })
  expect(toLoadFacts(unused).signs).toEqual([])
})

test.each<[string, Partial<Load>]>([
  ['the server process', { server: { processor: 0.9, memoryBytes: 1 } }],
  ['the render processes', { render: { ...quiet.render, processor: 1.9 } }],
  ['pictures wait', { waiting: { pictures: 9, median: 100, p95: 600 } }],
  ['changes show late', { changes: { median: 100, p95: 1100 } }],
  ['animations miss', { frames: { wanted: 20, reached: 10 } }],
])('%s is named', (sign, more) => {
  expect(toLoadFacts({ ...quiet, ...more }).signs).toEqual([expect.stringContaining(sign)])
})
