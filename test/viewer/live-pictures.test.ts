import { afterEach, beforeEach, describe, expect, type Mock, test, vi } from 'vitest'
import { LivePictures } from '../../src/viewer/live-pictures.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

interface OpenOptions {
  isLively?: boolean | undefined
  key?: string
  isLocal?: boolean
}

const endedOf = (streams: { replace: Mock }[]) => streams.map(({ replace }) => replace.mock.calls.length)

function setUp(limit = 4) {
  const live = new LivePictures(limit)
  const open = (picture: string, options: OpenOptions = {}) => {
    const { isLively, key, isLocal } = { isLively: true, key: 'ann', isLocal: false, ...options }
    const stream = { isLively, replace: vi.fn() }
    return { ...stream, close: live.add(key, picture, stream, isLocal) }
  }
  return { live, open }
}

describe('a browser over HTTP/1.1', () => {
  test('streams four different pictures, any number of times each, and no fifth', () => {
    const { live, open } = setUp()
    for (const picture of ['a', 'b', 'c', 'd', 'a', 'b']) open(picture)
    expect(['a', 'd', 'e'].map((picture) => live.hasPlace('ann', picture))).toEqual([true, true, false])
    expect(live.hasPlace('bob', 'e')).toBe(true)
  })

  test('has a place again once every stream of a picture has ended', () => {
    const { live, open } = setUp()
    const [first, second] = [open('a'), open('a')]
    for (const picture of ['b', 'c', 'd']) open(picture)
    first.close()
    first.close()
    expect(live.hasPlace('ann', 'e')).toBe(false)
    second.close()
    expect(live.hasPlace('ann', 'e')).toBe(true)
  })

  test('stays live for hundreds of readers who share a key, on a page of four pictures', () => {
    const { live, open } = setUp()
    const streams = Array.from({ length: 800 }, (_, index) =>
      open('abcd'[index % 4] ?? '', { isLively: false }),
    )
    vi.advanceTimersByTime(60_000)
    expect(live.hasPlace('ann', 'a')).toBe(true)
    expect(streams.filter(({ replace }) => replace.mock.calls.length > 0)).toEqual([])
    expect(live.makePlace('ann')).toBe(false)
  })

  test('streams any number of pictures with the limit 0', () => {
    const { live, open } = setUp(0)
    for (const picture of 'abcdefgh') open(picture)
    expect(live.hasPlace('ann', 'i')).toBe(true)
  })

  test('gives the place of a resting picture only to one that moves or counts', () => {
    const { live, open } = setUp()
    const [moving, resting] = [open('a'), open('b', { isLively: false })]
    for (const picture of ['c', 'd']) open(picture)
    expect(live.canMakePlace('ann')).toBe(true)
    expect(live.makePlace('ann')).toBe(true)
    expect([moving, resting].map(({ replace }) => replace.mock.calls.length)).toEqual([0, 1])
    expect(live.hasPlace('ann', 'e')).toBe(true)
    open('e')
    expect([live.canMakePlace('ann'), live.makePlace('ann')]).toEqual([false, false])
  })

  test('keeps a picture that is not on screen yet, as it is not known whether it rests', () => {
    const { live, open } = setUp()
    for (const picture of 'abcd') open(picture, { isLively: undefined })
    expect([live.canMakePlace('ann'), live.makePlace('ann')]).toEqual([false, false])
  })

  test('frees a connection if two tabs of a page with resting pictures use all six', () => {
    const { open } = setUp()
    const older = ['a', 'b', 'c'].map((picture) => open(picture, { isLively: picture === 'a' }))
    const newer = ['a', 'b', 'c'].map((picture) => open(picture, { isLively: picture === 'a' }))
    const ended = () => [...older, ...newer].map(({ replace }) => replace.mock.calls.length)
    expect(ended()).toEqual([0, 0, 0, 0, 0, 0])
    vi.advanceTimersByTime(3_000)
    expect(ended()).toEqual([0, 1, 1, 0, 0, 0])
  })

  test('keeps all six if one of them closed in time, as after a probe', () => {
    const { open } = setUp()
    const streams = ['a', 'b', 'c', 'a', 'b', 'c'].map((picture) => open(picture, { isLively: false }))
    vi.advanceTimersByTime(1_000)
    streams[0]?.close()
    vi.advanceTimersByTime(60_000)
    expect(streams.filter(({ replace }) => replace.mock.calls.length > 0)).toEqual([])
  })
})

describe('six connections with pictures that count', () => {
  test('are two streams fewer for a browser of this machine, the oldest ones, where a newer tab shows the same', () => {
    const { open } = setUp()
    const streams = ['a', 'b', 'c', 'a', 'b', 'c'].map((picture) => open(picture, { isLocal: true }))
    vi.advanceTimersByTime(3_000)
    expect(endedOf(streams)).toEqual([1, 1, 0, 0, 0, 0])
  })

  test('stay live where there are more of them, which no browser has', () => {
    const { open } = setUp()
    const streams = ['a', 'a', 'a', 'a', 'a', 'a', 'a'].map((picture) => open(picture, { isLocal: true }))
    vi.advanceTimersByTime(60_000)
    expect(endedOf(streams)).toEqual([0, 0, 0, 0, 0, 0, 0])
  })

  test('are freed soon again, as a page takes them in turn', () => {
    const { open } = setUp()
    const first = ['a', 'b', 'c', 'd'].map((picture) => open(picture, { isLocal: true }))
    for (const picture of ['a', 'b']) open(picture, { isLocal: true })
    vi.advanceTimersByTime(3_000)
    expect(endedOf(first)).toEqual([1, 1, 0, 0])
    for (const picture of ['c', 'd']) open(picture, { isLocal: true })
    vi.advanceTimersByTime(300)
    expect(endedOf(first)).toEqual([1, 1, 1, 1])
  })

  test.each([
    ['six phones with one page each', ['a', 'a', 'a', 'a', 'a', 'a']],
    ['three phones with two pictures each', ['a', 'b', 'a', 'b', 'a', 'b']],
    ['two phones with three pictures each', ['a', 'b', 'c', 'a', 'b', 'c']],
    ['a phone with four pictures and two with one', ['a', 'b', 'c', 'd', 'a', 'a']],
  ])('stay live where they may be %s', (_, pictures) => {
    const { open } = setUp()
    const streams = pictures.map((picture) => open(picture))
    vi.advanceTimersByTime(60_000)
    expect(endedOf(streams)).toEqual([0, 0, 0, 0, 0, 0])
  })

  test('are freed where they are a page and the first pictures of another tab of it', () => {
    const { open } = setUp()
    const streams = ['a', 'b', 'c', 'd', 'a', 'b'].map((picture) => open(picture))
    vi.advanceTimersByTime(3_000)
    expect(endedOf(streams)).toEqual([1, 1, 0, 0, 0, 0])
  })

  test('are not freed of pictures that are not on screen yet', () => {
    const { open } = setUp()
    const streams = ['a', 'a', 'a', 'a', 'a', 'a'].map((picture) =>
      open(picture, { isLocal: true, isLively: undefined }),
    )
    vi.advanceTimersByTime(60_000)
    expect(endedOf(streams)).toEqual([0, 0, 0, 0, 0, 0])
  })
})

describe('a request that waits for a place', () => {
  test('continues as soon as there is one', async () => {
    const { live, open } = setUp(1)
    const { close } = open('a')
    let isDone = false
    const waiting = live.untilPlace('ann', 'b', 150).then(() => {
      isDone = true
    })
    await Promise.resolve()
    expect(isDone).toBe(false)
    close()
    await waiting
    expect(live.hasPlace('ann', 'b')).toBe(true)
  })

  test('continues after its time if there is none', async () => {
    const { live, open } = setUp(1)
    open('a')
    const waiting = live.untilPlace('ann', 'b', 150)
    vi.advanceTimersByTime(150)
    await waiting
    expect(live.hasPlace('ann', 'b')).toBe(false)
  })
})
