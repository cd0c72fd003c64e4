import { describe, expect, test } from 'vitest'
import { readNumber } from '../../src/cli/read-number.ts'

const VMSTAT = ' 1  0      0 1234567  12345 234567    0    0     5    10   99  123 42  7 51  0  0'

describe('a line of a program’s output', () => {
  test.each([
    [VMSTAT, 13, 42],
    ['procs -----------memory---------- ---swap-- -----io---- -system-- ------cpu-----', 1, undefined],
    [' r  b   swpd   free   buff  cache   si   so    bi    bo   in   cs us sy id wa st', 13, undefined],
    ['42', 1, 42],
    ['-4.5e-3', 1, -0.0045],
    ['cpu: 37%', 2, 37],
    ['a;1,5; 2', 3, 5],
    ['2026-01-31,17', 2, 17],
    ['0x10', 1, undefined],
    ['NaN', 1, undefined],
    ['Infinity', 1, undefined],
    ['1e999', 1, undefined],
    ['', 1, undefined],
    ['1 2', 3, undefined],
    ['{"value": 3}', 1, 3],
    ['{"value": "3"}', 1, undefined],
    ['{nonsense', 1, undefined],
  ])('%j in column %i', (line, column, value) => {
    expect(readNumber(line, column, 7)).toEqual(value === undefined ? undefined : { value, time: 7 })
  })

  test('as JSON has a time of its own', () => {
    const time = '2026-01-31T12:00:00Z'
    expect(readNumber(`{"value":3,"time":"${time}"}`, 1, 7)).toEqual({ value: 3, time })
  })
})
