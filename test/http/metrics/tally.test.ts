import { expect, test } from 'vitest'
import { Tally } from '../../../src/http/metrics/tally.ts'

function tallyOf(values: readonly number[]): Tally {
  const tally = new Tally([10, 20, 50])
  for (const value of values) tally.add(value)
  return tally
}

test.each([
  { values: [], share: 0.5, expected: null },
  { values: [5], share: 0.5, expected: 5 },
  { values: [5, 5, 15, 15], share: 0.5, expected: 10 },
  { values: [5, 5, 15, 15], share: 0.75, expected: 15 },
  { values: [15, 15, 15, 40], share: 1, expected: 50 },
  { values: [15, 999], share: 0.95, expected: 50 },
])('$share of $values are at most $expected', ({ values, share, expected }) => {
  expect(tallyOf(values).quantile(share, [])).toBe(expected)
})

test('only additions since the last reading count', () => {
  const tally = tallyOf([5, 5, 5, 5])
  const before = tally.read()
  expect(tally.quantile(0.5, before)).toBeNull()
  tally.add(20)
  expect(tally.quantile(0.5, before)).toBe(15)
  expect(before).toEqual([4, 0, 0, 0])
})
