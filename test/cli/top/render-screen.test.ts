import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { paint } from '../../../src/cli/top/line.ts'
import { renderScreen } from '../../../src/cli/top/render-screen.ts'
import { SORTS } from '../../../src/cli/top/rows.ts'
import type { Screen } from '../../../src/cli/top/screen.ts'
import { toldRoom } from '../../support/rooms-server.ts'
import { readingAt, roomsOf, screenOf } from './support.ts'

function draw(screen: Screen, width: number, height: number, isUnicode = true): string[] {
  return renderScreen(screen, { width, height, isUnicode }).map((line) => paint(line, false).trimEnd())
}

const lobby = (visitors: number, hits: number) =>
  toldRoom('online/lobby', { visitors, connections: visitors + 1, peak: 1234, hits })
const main = toldRoom('sine/main', { hits: 7, peak: 3 })
const two = screenOf([
  readingAt(0, [lobby(0, 10), main], 1),
  readingAt(30_000, [lobby(3, 11), main], 1),
  readingAt(60_000, [lobby(6, 12), main], 1),
])

describe('the screen', () => {
  test('has the totals, a line for each room with its sparkline, and the keys', () => {
    const [title = '', ...lines] = draw(two, 80, 10)
    expect(title).toMatch(/^imgcast top {2}http:\/\/localhost:9192 {2,}every 1s {2}\d\d:\d\d:\d\d$/)
    expect(lines).toEqual([
      '6 visitors   7 connections   1 of 2 rooms watched   2.0 hits/min             ▁▅█',
      '',
      'ROOM          ▼VISITORS   CONNECTIONS   PEAK   HITS   HITS/MIN  LAST 16s',
      'online/lobby          6             7  1,234     12        2.0               ▁▅█',
      'sine/main             0             0      3      7        0.0               ▁▁▁',
      '',
      '',
      '',
      'v visitors  c connections  p peak  h hits  m hits/min  r room  / filter  q quit',
    ])
  })

  test('is ASCII if the locale is not UTF-8', () => {
    const text = draw(
      { ...two, rows: [...two.rows, ...two.rows], view: { ...two.view, offset: 1 } },
      40,
      6,
      false,
    )
    expect(text.join('\n')).toMatch(/^[ -~\n]*$/)
    expect(text[2]).toContain('vVISITORS')
    expect(text.at(-1)).toContain('2-3 of 4')
  })

  test.each([
    [80, 'ROOM ▼VISITORS CONNECTIONS PEAK HITS HITS/MIN LAST 16s'],
    [65, 'ROOM ▼VISITORS CONNECTIONS HITS HITS/MIN LAST 8s'],
    [50, 'ROOM ▼VISITORS CONNECTIONS LAST 11s'],
    [40, 'ROOM ▼VISITORS LAST 15s'],
    [26, 'ROOM ▼VISITORS'],
    [12, 'ROOM'],
  ])('%i columns wide it has %s', (width, heading) => {
    expect(draw(two, width, 10)[3]?.replaceAll(/ +/g, ' ')).toBe(heading)
  })

  test.each([
    [9, ['imgcast', '6 visitors', 'ROOM', 'online', 'sine', '', '', '', 'v visitors']],
    [6, ['imgcast', '6 visitors', 'ROOM', 'online', 'sine', 'v visitors']],
    [5, ['6 visitors', 'ROOM', 'online', 'sine', 'v visitors']],
    [4, ['6 visitors', 'ROOM', 'online', 'Sort']],
    [3, ['6 visitors', 'online', 'Sort']],
    [1, ['6 visitors']],
  ])('%i lines high it has %j', (height, beginnings) => {
    const lines = draw(two, 80, height)
    expect(lines.map((line, index) => line.slice(0, beginnings[index]?.length))).toEqual(beginnings)
  })

  test('never shows a part of a number', () => {
    const many = screenOf([readingAt(0, roomsOf({ 'online/a': 1_234_567 }))])
    expect(draw(many, 42, 10)[1]).toMatch(/^1,234,567 visitors +█$/)
  })

  test('marks a name that it cuts', () => {
    const long = screenOf([readingAt(0, roomsOf({ [`online/${'x'.repeat(64)}`]: 1 }))])
    expect(draw(long, 80, 10)[4]).toMatch(/^online\/x+… +1 /)
    expect(draw(long, 80, 10, false)[4]).toMatch(/^online\/x+~ +1 /)
  })

  test('shows the rooms from its offset on, and which they are', () => {
    const rooms = roomsOf(
      Object.fromEntries(Array.from({ length: 30 }, (_, index) => [`online/${index + 10}`, 1])),
    )
    const lines = draw(screenOf([readingAt(0, rooms)], { offset: 5 }), 80, 10)
    expect(lines.slice(4, 8).map((line) => line.split(' ')[0])).toEqual([
      'online/15',
      'online/16',
      'online/17',
      'online/18',
    ])
    expect(lines.at(-1)).toMatch(/6–9 of 30$/)
  })

  test.each([
    [{}, 'No picture has been requested yet.'],
    [{ filter: 'blog' }, 'No room\'s name contains "blog".'],
  ])('without a room it says why: %j', (view, why) => {
    expect(draw(screenOf([readingAt(0, [])], view), 80, 24)).toContain(why)
  })

  test('has the filter in its last line while it is typed, and afterwards', () => {
    expect(draw(screenOf([], { filter: 'ab', isTyping: true }), 80, 24).at(-1)).toMatch(
      /^\/ab█ .*Esc: clear$/,
    )
    expect(draw(screenOf([], { filter: 'ab', isTyping: true }), 4, 24).at(-1)).toBe('/ab█')
    expect(draw(screenOf([], { filter: 'abc', isTyping: true }), 4, 24).at(-1)).toBe('/bc█')
    expect(draw(screenOf([], { filter: 'ab' }), 80, 24).at(-1)).toMatch(/^\/ab {2}Esc: clear .*q quit$/)
  })

  test('reports in its last line why there is no newer reading', () => {
    const fault = 'http://localhost:9192 does not respond: \x1b[2J'
    expect(draw(screenOf([], { fault }), 80, 24).at(-1)).toBe(
      'http://localhost:9192 does not respond: %1B[2J',
    )
  })

  test('marks the column that is sorted by, and which way', () => {
    const heading = (view: Partial<Screen['view']>) => draw(screenOf([], view), 80, 10)[3]
    expect(heading({ sort: 'hits' })).toContain('▼HITS ')
    expect(heading({ sort: 'hits', isReversed: true })).toContain('▲HITS ')
    expect(heading({ sort: 'room' })).toMatch(/^ROOM▲ /)
    expect(heading({ sort: 'room', isReversed: true })).toMatch(/^ROOM▼ /)
  })

  test('fits every terminal, whatever is on it', () => {
    const room = fc.record({
      room: fc.string({ maxLength: 150, unit: 'grapheme' }),
      count: fc.nat(2 ** 50),
    })
    fc.assert(
      fc.property(
        fc.array(room, { maxLength: 30 }),
        fc.record({
          sort: fc.constantFrom(...SORTS),
          isTyping: fc.boolean(),
          offset: fc.nat(40),
          fault: fc.option(fc.string(), { nil: undefined }),
        }),
        fc.nat(200),
        fc.integer({ min: 1, max: 60 }),
        (rooms, view, width, height) => {
          const told = rooms.map(({ room, count }) => toldRoom(room, { visitors: count, hits: count }))
          const lines = draw(screenOf([readingAt(0, told), readingAt(9, told)], view), width, height)
          expect(lines).toHaveLength(height)
          expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(width)
        },
      ),
    )
  })
})
