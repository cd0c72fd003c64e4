import { expect, test } from 'vitest'
import { TrafficBook } from '../../src/viewer/traffic.ts'

const ROOM = 'online/a'

test('a room’s sums begin with its first viewer and end with its last', () => {
  const book = new TrafficBook()
  expect(book.ofRoom(ROOM)).toBeUndefined()
  const begun = Date.now()
  const traffic = book.enter('online', ROOM)
  expect(book.enter('online', ROOM)).toBe(traffic)
  traffic.bytes += 100
  book.leave(ROOM)
  expect(book.ofRoom(ROOM)).toMatchObject({ traffic: { bytes: 100, streams: 2 } })
  expect(book.ofRoom(ROOM)?.since).toBeGreaterThanOrEqual(begun)
  book.leave(ROOM)
  expect(book.ofRoom(ROOM)).toBeUndefined()
  expect(book.enter('online', ROOM).bytes).toBe(0)
})

test('a widget’s sums hold all of its rooms, watched or not, and never fall', () => {
  const book = new TrafficBook()
  for (const [room, frames] of [[ROOM, 3] as const, ['online/b', 5] as const]) {
    const traffic = book.enter('online', room)
    traffic.frames += frames
    traffic.dropped += 1
  }
  book.enter('sine', 'sine/a').bytes += 7
  const all = { streams: 2, frames: 8, dropped: 2, bytes: 0 }
  expect(book.byWidget().get('online')).toEqual(all)
  book.leave(ROOM)
  expect(book.byWidget().get('online')).toEqual(all)
  book.leave('online/b')
  book.leave('online/b')
  expect(book.byWidget().get('online')).toEqual(all)
  expect(book.byWidget().get('sine')).toMatchObject({ streams: 1, bytes: 7 })
  book.enter('online', ROOM).frames += 1
  expect(book.byWidget().get('online')).toEqual({ ...all, streams: 3, frames: 9 })
})
