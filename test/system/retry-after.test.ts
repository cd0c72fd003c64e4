import { describe, expect, test } from 'vitest'
import { parseRetryAfter } from '../../src/system/retry-after.ts'

const NOW = Date.UTC(2026, 0, 1)

describe('Retry-After', () => {
  test.each<[string | undefined, number | undefined]>([
    ['0', 0],
    ['120', 120_000],
    [' 5 ', 5_000],
    ['Thu, 01 Jan 2026 00:01:00 GMT', 60_000],
    ['Thursday, 01-Jan-26 00:01:00 GMT', 60_000],
    ['Wed, 31 Dec 2025 00:00:00 GMT', 0],
    ['99999999999999999999', 86_400_000],
    ['Thu, 01 Jan 2099 00:00:00 GMT', 86_400_000],
    [undefined, undefined],
    ['', undefined],
    ['-1', undefined],
    ['1.5', undefined],
    ['soon', undefined],
    ['2026', 2_026_000],
    [`Thu, ${'0'.repeat(1e6)}`, undefined],
  ])('of %j is %j milliseconds', (value, wait) => {
    expect(parseRetryAfter(value, NOW)).toBe(wait)
  })
})
