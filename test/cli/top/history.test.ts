import { describe, expect, test } from 'vitest'
import { HISTORY_LENGTH, History, hitsPerMinute } from '../../../src/cli/top/history.ts'
import { toldRoom } from '../../support/rooms-server.ts'
import { readingAt, roomsOf } from './support.ts'

const samples = (...pairs: [time: number, hits: number][]) =>
  pairs.map(([time, hits]) => ({ time, hits, visitors: 0 }))

describe('the hits a minute', () => {
  test.each([
    ['are unknown without a reading', [], undefined],
    ['are unknown after one reading', samples([0, 5]), undefined],
    ['are reckoned from less than a minute', samples([0, 100], [1000, 101]), 60],
    ['are those of the last minute', samples([0, 0], [10_000, 500], [40_000, 500], [70_000, 530]), 30],
    [
      'are those between the last two readings that are further apart',
      samples([0, 0], [1, 9], [120_001, 19]),
      5,
    ],
    ['are zero without requests', samples([0, 7], [1000, 7]), 0],
    ['are never below zero, though the server forgot its hits', samples([0, 900], [1000, 3]), 0],
    ['are unknown while the clock stands still', samples([5, 1], [5, 2]), undefined],
  ])('%s', (_, given, rate) => {
    expect(hitsPerMinute(given)).toBe(rate)
  })
})

describe('the history', () => {
  test('keeps the last readings of a room, oldest first', () => {
    const history = new History()
    for (let time = 0; time < HISTORY_LENGTH + 5; time += 1) {
      history.add(readingAt(time, [toldRoom('online/a', { visitors: time, hits: 2 * time })]))
    }
    expect(history.of('online/a')).toHaveLength(HISTORY_LENGTH)
    expect(history.of('online/a')[0]).toMatchObject({ visitors: 5, hits: 10 })
    expect(history.of('online/a').at(-1)).toMatchObject({ visitors: HISTORY_LENGTH + 4 })
  })

  test('forgets a room that is gone', () => {
    const history = new History()
    history.add(readingAt(0, roomsOf({ 'online/a': 1 })))
    history.add(readingAt(1, roomsOf({ 'online/b': 1 })))
    expect(history.of('online/a')).toEqual([])
  })

  test('sums the visitors of several rooms for each reading, even if rooms appeared later', () => {
    const history = new History()
    history.add(readingAt(0, roomsOf({ 'online/a': 1 })))
    history.add(readingAt(1, roomsOf({ 'online/a': 2, 'online/b': 10 })))
    history.add(readingAt(2, roomsOf({ 'online/a': 3, 'online/b': 20, 'online/c': 100 })))
    expect(history.visitorsOf(['online/a', 'online/b'])).toEqual([1, 12, 23])
    expect(history.visitorsOf([])).toEqual([0, 0, 0])
  })
})
