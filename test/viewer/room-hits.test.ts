import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { type HitReader, RoomHits, type RoomHitsInit } from '../../src/viewer/room-hits.ts'
import { parseLook } from '../../src/widget/look.ts'
import { toManifest } from '../../src/widget/manifest.ts'

beforeEach(() => vi.useFakeTimers())
afterEach(() => vi.useRealTimers())

test('hits that no picture waits for are one write for each room, 10 ms after the first', () => {
  const counted: unknown[] = []
  const manifest = toManifest('status', '/status.ts', {
    title: 'A',
    size: { width: 1, height: 1 },
    draw() {},
  })
  const hits = new RoomHits({
    hits: { count: async (...args) => void counted.push(args), uncount: async () => {} },
    renderer: { manifests: new Map([['status', manifest]]) },
    embeddedReader: { read: async () => [] },
  } satisfies RoomHitsInit)
  const reader: HitReader = { viewerKey: () => 'a' }
  const look = parseLook(manifest, 'svg', new URLSearchParams())
  for (const key of ['build', 'build', 'tests', 'build'])
    hits.countLater({ widget: 'status', key, look }, reader)
  vi.advanceTimersByTime(9)
  expect(counted).toEqual([])
  vi.advanceTimersByTime(1)
  expect(counted).toEqual([
    ['status/build', 3],
    ['status/tests', 1],
  ])
  hits.countLater({ widget: 'status', key: 'build', look }, reader)
  vi.advanceTimersByTime(10)
  expect(counted).toHaveLength(3)
  // A server that stops does not wait for that.
  hits.countLater({ widget: 'status', key: 'build', look }, reader)
  void hits.flush()
  expect(counted).toHaveLength(4)
  vi.advanceTimersByTime(10)
  expect(counted).toHaveLength(4)
})
