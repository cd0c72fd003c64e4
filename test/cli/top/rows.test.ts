import { describe, expect, test } from 'vitest'
import { History } from '../../../src/cli/top/history.ts'
import { type Sort, toRows, toTotals } from '../../../src/cli/top/rows.ts'
import { toldRoom } from '../../support/rooms-server.ts'
import { readingAt } from './support.ts'

const before = readingAt(0, [
  toldRoom('online/blog', { hits: 10 }),
  toldRoom('online/Lobby', { hits: 30 }),
  toldRoom('sine/main', { hits: 20 }),
])
const now = readingAt(
  60_000,
  [
    toldRoom('online/blog', { visitors: 2, connections: 9, peak: 5, hits: 40 }),
    toldRoom('online/Lobby', { visitors: 4, connections: 4, peak: 4, hits: 31 }),
    toldRoom('sine/main', { peak: 9, hits: 22 }),
    toldRoom('clock/new', { hits: 1 }),
  ],
  2,
)
const history = new History()
history.add(before)
history.add(now)
const select = (sort: Sort, isReversed = false, filter = '') =>
  toRows(now, history, { sort, isReversed, filter })

describe('the rows', () => {
  test.each<[Sort, boolean, string[]]>([
    ['visitors', false, ['online/Lobby', 'online/blog', 'clock/new', 'sine/main']],
    ['visitors', true, ['clock/new', 'sine/main', 'online/blog', 'online/Lobby']],
    ['connections', false, ['online/blog', 'online/Lobby', 'clock/new', 'sine/main']],
    ['peak', false, ['sine/main', 'online/blog', 'online/Lobby', 'clock/new']],
    ['hits', false, ['online/blog', 'online/Lobby', 'sine/main', 'clock/new']],
    ['hitsPerMinute', false, ['online/blog', 'sine/main', 'online/Lobby', 'clock/new']],
    ['room', false, ['clock/new', 'online/Lobby', 'online/blog', 'sine/main']],
    ['room', true, ['sine/main', 'online/blog', 'online/Lobby', 'clock/new']],
  ])('are sorted by %s, reversed: %s', (sort, isReversed, rooms) => {
    expect(select(sort, isReversed).map(({ room }) => room)).toEqual(rooms)
  })

  test.each([
    ['lobby', ['online/Lobby']],
    ['ONLINE/', ['online/Lobby', 'online/blog']],
    ['nothing', []],
  ])('are those with %j in their name, in any case', (filter, rooms) => {
    expect(select('visitors', false, filter).map(({ room }) => room)).toEqual(rooms)
  })

  test('have a rate and the visitors of late', () => {
    expect(select('hits')[0]).toMatchObject({
      hits: 40,
      hitsPerMinute: 30,
      samples: [{ visitors: 0 }, { visitors: 2 }],
    })
    expect(select('hits').at(-1)).toMatchObject({ hitsPerMinute: undefined, samples: [{ visitors: 0 }] })
  })
})

describe('the totals', () => {
  test('are those of the rows, and of the rooms that were only counted', () => {
    expect(toTotals(select('visitors'), now, history)).toEqual({
      visitors: 6,
      connections: 13,
      hitsPerMinute: 33,
      watched: 2,
      rooms: 4,
      recent: [0, 6],
    })
  })

  test('have no rate if no row has one', () => {
    const first = new History()
    first.add(now)
    const rows = toRows(now, first, { sort: 'room', isReversed: false, filter: '' })
    expect(toTotals(rows, now, first).hitsPerMinute).toBeUndefined()
  })
})
