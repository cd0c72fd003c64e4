import { expect, test } from 'vitest'
import { TokenBuckets } from '../../src/system/token-buckets.ts'

test('allows a burst, then a rate, for each name', () => {
  let now = 0
  const buckets = new TokenBuckets({ perSecond: 2, burst: 3 }, () => now)
  const take = (name: string, times: number) =>
    Array.from({ length: times }, () => buckets.take(name)).filter(Boolean).length
  expect([take('a', 9), take('b', 1)]).toEqual([3, 1])
  now = 1_000
  expect([take('a', 9), take('b', 9)]).toEqual([2, 3])
  now = 3_600_000
  expect(take('a', 9)).toBe(3)
})

test('work that is done already may leave a debt', () => {
  let now = 0
  const buckets = new TokenBuckets({ perSecond: 10, burst: 10 }, () => now)
  buckets.spend('a', 30)
  now = 2_000
  expect(buckets.has('a')).toBe(false)
  now = 2_100
  expect(buckets.has('a')).toBe(true)
})
