import { describe, expect, test } from 'vitest'
import { printable } from '../../../src/cli/printable.ts'
import { isUtf8 } from '../../../src/cli/top/is-utf8.ts'
import { cut, paint, spread } from '../../../src/cli/top/line.ts'
import { toJson, toText } from '../../../src/cli/top/print.ts'
import { sparkline } from '../../../src/cli/top/sparkline.ts'
import { toldRoom } from '../../support/rooms-server.ts'
import { readingAt, screenOf } from './support.ts'

describe('a sparkline', () => {
  test.each([
    ['nothing', [], 4, '    ', '    '],
    ['nobody', [0, 0], 2, '▁▁', '__'],
    ['one of one', [0, 1], 2, '▁█', '_#'],
    ['every height', [0, 1, 2, 3, 4, 5, 6, 7], 8, '▁▂▃▄▅▆▇█', '_.:-=+*#'],
    ['few beside many: more than none', [1, 1000], 2, '▂█', '.#'],
    ['the newest, if there are too many', [9, 9, 9, 0, 7], 2, '▁█', '_#'],
    ['the newest at the right, if there are too few', [7], 3, '  █', '  #'],
    ['no space', [1, 2], 0, '', ''],
  ])('shows %s', (_, values, width, blocks, marks) => {
    expect(sparkline(values, width, true)).toBe(blocks)
    expect(sparkline(values, width, false)).toBe(marks)
  })
})

describe('a locale', () => {
  test.each([
    [{ LANG: 'en_US.UTF-8' }, 'linux', true],
    [{ LANG: 'C.utf8' }, 'linux', true],
    [{ LANG: 'de_DE.ISO-8859-1' }, 'linux', false],
    [{}, 'linux', false],
    [{ LANG: 'en_US.UTF-8', LC_ALL: 'C' }, 'linux', false],
    [{ LANG: 'en_US.UTF-8', LC_CTYPE: 'POSIX' }, 'darwin', false],
    [{ LANG: 'C', LC_CTYPE: 'C.UTF-8' }, 'linux', true],
    [{ LANG: 'en_US.UTF-8', LC_ALL: '' }, 'linux', true],
    [{}, 'win32', true],
  ])('%j on %s: UTF-8 is %s', (env, platform, is) => {
    expect(isUtf8(env, platform)).toBe(is)
  })
})

test.each([
  ['online/lobby', 'online/lobby'],
  ['\x1b[2J\x07gone', '%1B[2J%07gone'],
  ['badge/café', 'badge/caf%C3%A9'],
  ['one\r\ntwo', 'one two'],
  ['half \ud83d of a pair', 'half %EF%BF%BD of a pair'],
  ['\u202enode', '%E2%80%AEnode'],
])('foreign text contains no terminal escapes: %j', (text, shown) => {
  expect(printable(text)).toBe(shown)
})

describe('a line', () => {
  const line = [{ text: 'abc', style: 'bold' as const }, { text: 'def' }]

  test('is cut to a width', () => {
    expect(cut(line, 4)).toEqual([{ text: 'abc', style: 'bold' }, { text: 'd' }])
    expect(cut(line, 3)).toEqual([{ text: 'abc', style: 'bold' }])
    expect(cut(line, 0)).toEqual([])
  })

  test('has its right end at the right, or does without it', () => {
    const text = (width: number) => paint(spread(line, [{ text: '!' }], width), false)
    expect(text(9)).toBe('abcdef  !')
    expect(text(8)).toBe('abcdef !')
    expect(text(7)).toBe('abcdef')
    expect(text(2)).toBe('ab')
  })

  test('has styles only with colours', () => {
    expect(paint(line, true)).toBe('\x1b[1mabc\x1b[22mdef')
    expect(paint(line, false)).toBe('abcdef')
  })
})

describe('printed', () => {
  const rooms = (hits: number) => [
    toldRoom('online/lobby', { visitors: 12, connections: 14, peak: 20, hits }),
    toldRoom('badge/\x1b[31m', { hits: 1234567 }),
  ]
  const round = screenOf([readingAt(0, rooms(100), 1), readingAt(30_000, rooms(104), 1)])

  test('as text it is a heading and a table without thousands separators', () => {
    expect(toText(round)).toBe(`\
2026-11-21T12:00:30.000Z  http://localhost:9192  12 visitors, 14 connections, 1 of 2 rooms watched, 8 hits/min
ROOM           VISITORS  CONNECTIONS  PEAK     HITS  HITS/MIN
online/lobby         12           14    20      104         8
badge/%1B[31m         0            0     0  1234567         0
`)
  })

  test('as JSON it is one line, with the rooms as the API has them and their rates', () => {
    const text = toJson(round)
    expect(text.indexOf('\n')).toBe(text.length - 1)
    expect(JSON.parse(text)).toEqual({
      time: '2026-11-21T12:00:30.000Z',
      url: 'http://localhost:9192',
      totals: { visitors: 12, connections: 14, hitsPerMinute: 8, watched: 1, rooms: 2 },
      rooms: rooms(104).map((room, index) => ({ ...room, hitsPerMinute: index === 0 ? 8 : 0 })),
    })
  })

  test('a rate that is not known yet is a dash, or null', () => {
    const first = screenOf([readingAt(0, rooms(100), 1)])
    expect(toText(first)).toMatch(/ - hits\/min\n/)
    expect(toText(first)).toMatch(/ 100 +-\n/)
    expect(JSON.parse(toJson(first)).totals.hitsPerMinute).toBeNull()
  })

  test('a hundred thousand rooms are no trouble', () => {
    const many = Array.from({ length: 130_000 }, (_, index) => toldRoom(`online/${index}`))
    expect(toText(screenOf([readingAt(0, many)])).split('\n')).toHaveLength(130_003)
  })
})
