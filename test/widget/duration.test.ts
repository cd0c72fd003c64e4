import { describe, expect, test } from 'vitest'
import { formatDuration, parseDuration } from '../../src/widget/duration.ts'

describe('a duration', () => {
  test.each([
    ['250ms', 250],
    ['2s', 2000],
    ['1.5s', 1500],
    ['0.1s', 100],
    ['5m', 300_000],
    ['1h', 3_600_000],
    ['1d', 86_400_000],
    ['0s', 0],
    [' 2s ', 2000],
    ['007s', 7000],
  ])('%j is %d ms', (text, time) => {
    expect(parseDuration(text)).toBe(time)
  })

  test('in decimals is exactly its milliseconds', () => {
    expect(parseDuration('1.001s')).toBe(1001)
  })

  test.each([
    '277810000000001h',
    '',
    '5',
    's',
    '-1s',
    '+1s',
    '1 s',
    '1S',
    '1e3ms',
    '1,5s',
    '.5s',
    '1.s',
    '1s2s',
    '1w',
    'soon',
    'Infinitys',
  ])('%j is none', (text) => {
    expect(parseDuration(text)).toBeUndefined()
  })

  test.each([
    [0, '0ms'],
    [1, '1ms'],
    [999, '999ms'],
    [1000, '1s'],
    [1500, '1500ms'],
    [60_000, '1m'],
    [90_000, '90s'],
    [3_600_000, '1h'],
    [5_400_000, '90m'],
    [86_400_000, '1d'],
    [90_000_000, '25h'],
  ])('of %d ms is written %s, and read back', (time, text) => {
    expect(formatDuration(time)).toBe(text)
    expect(parseDuration(text)).toBe(time)
  })
})
