import { describe, expect, test } from 'vitest'
import type { PublicError } from '../../src/errors.ts'
import { MAX_SAMPLES, parseSamples } from '../../src/series/parse-samples.ts'

const NOW = Date.UTC(2026, 0, 31, 12)
const times = { now: NOW, oldest: NOW - 86_400_000 }
const read = (text: string) => parseSamples(text, times)
const faultsOf = (text: string) => {
  try {
    read(text)
  } catch (error) {
    return (error as PublicError).faults.map(({ name, detail }) => `${name}: ${detail}`)
  }
  return []
}

describe('a body of numbers', () => {
  test.each([
    ['42.5', [[42.5, NOW]]],
    [' -1e3\n', [[-1000, NOW]]],
    ['-0', [[0, NOW]]],
    [
      '1\r\n\r\n2\r\n',
      [
        [1, NOW],
        [2, NOW],
      ],
    ],
    [
      '[1, 2]',
      [
        [1, NOW],
        [2, NOW],
      ],
    ],
    ['{"value": 3}', [[3, NOW]]],
    ['{\n  "value": 3,\n  "time": "2026-01-31T11:00:00Z"\n}', [[3, NOW - 3_600_000]]],
    [
      `{"value":3,"time":${NOW - 5}}\n{"value":4,"time":"2026-01-31 12:00+01:00"}`,
      [
        [3, NOW - 5],
        [4, NOW - 3_600_000],
      ],
    ],
    // A clock that is a little ahead.
    [`{"value":3,"time":${NOW + 59_000}}`, [[3, NOW]]],
  ])('%j', (text, expected) => {
    expect(read(text).map(({ value, time }) => [value, time])).toEqual(expected)
  })

  test.each([
    ['', /^body: expected a number, .* got nothing$/],
    ['nonsense', /^body: expected a number, .* got "nonsense"$/],
    ['NaN', /^body: .* got "NaN"$/],
    ['1\nNaN', /^line 2: .* got "NaN"$/],
    ['1\n-Infinity\n', /^line 2: /],
    ['1e999', /^body: expected a number below 1.8e308/],
    ['"42.5"', /^body: .* got "42.5"$/],
    ['true', /^body: .* got true$/],
    ['null', /^body: /],
    ['[1, "x"]', /^item 2: .* got "x"$/],
    ['1\n{"value":"x"}', /^line 2: expected a number as value, got "x"$/],
    ['{"value":1,"unit":"%"}', /^body: expected only value and time, got "unit"$/],
    ['{"value":1,"time":"yesterday"}', /^body: expected a time in ISO 8601 .* got "yesterday"$/],
    [
      `{"value":1,"time":${NOW + 61_000}}`,
      /^body: expected a time up to now, 2026-01-31T12:00:00.000Z, got /,
    ],
    // Seconds in place of milliseconds.
    [`{"value":1,"time":${NOW / 1000}}`, /^body: expected a time since 2026-01-30.* got "1970-01-21/],
  ])('%j is refused', (text, expected) => {
    const faults = faultsOf(text)
    expect(faults).toHaveLength(1)
    expect(faults[0]).toMatch(expected)
  })

  test('names at most ten wrong lines, and takes 10 000 lines', () => {
    expect(faultsOf('x\n'.repeat(50))).toHaveLength(10)
    expect(read('1\n'.repeat(MAX_SAMPLES))).toHaveLength(MAX_SAMPLES)
    expect(faultsOf('1\n'.repeat(MAX_SAMPLES + 1))).toEqual([
      'body: expected at most 10000 numbers, got 10001',
    ])
  })
})
