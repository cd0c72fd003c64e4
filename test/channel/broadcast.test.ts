import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { Broadcast } from '../../src/channel/broadcast.ts'
import type { ChannelObserver } from '../../src/channel/observer.ts'
import type { Viewer } from '../../src/channel/viewer.ts'
import type { Frame } from '../../src/picture/frame.ts'
import { plainFrame } from '../support/frames.ts'

const frames = ['red', 'green', 'blue'].map((color) => plainFrame(color))
const uncaught: string[] = []

beforeEach(() => {
  uncaught.length = 0
  const later = queueMicrotask
  vi.stubGlobal('queueMicrotask', (step: () => void) =>
    later(() => {
      try {
        step()
      } catch (error) {
        uncaught.push((error as Error).message)
      }
    }),
  )
})
afterEach(() => void vi.unstubAllGlobals())

const fail = (message: string) => () => {
  throw new Error(message)
}

async function showAll(broadcast: Broadcast): Promise<boolean[]> {
  const shown: boolean[] = []
  for (const frame of frames) shown.push(await broadcast.showAndWait(frame))
  return shown
}

function createBroadcast(init: { fannedOut?: () => void; onEmpty?: () => void } = {}) {
  const { fannedOut = () => {}, onEmpty = () => {} } = init
  const observer: ChannelObserver = { fannedOut, changeShown() {}, paced() {}, unchanged() {} }
  const broadcast = new Broadcast({ observer, createPlaceholder: () => plainFrame('white'), onEmpty })
  const seen: Frame[] = []
  const other: Viewer = { show: (frame) => void seen.push(frame), end() {} }
  return { broadcast, seen, other }
}

test('a viewer that can be neither shown a frame nor ended is removed, and the others see every frame', async () => {
  const { broadcast, seen, other } = createBroadcast()
  const broken: Viewer = { show: fail('no memory'), end: fail('no memory either') }
  broadcast.add(broken)
  broadcast.add(other)
  expect(await showAll(broadcast)).toEqual([true, true, true])
  expect(seen).toEqual(frames)
  expect(broadcast.size).toBe(1)
  expect(uncaught).toEqual(['no memory either'])
})

test('frames go on after an owner that fails when the last viewer has left', async () => {
  const { broadcast, seen, other } = createBroadcast({ onEmpty: fail('not now') })
  broadcast.add({ show: fail('no memory'), end() {} })
  await broadcast.showAndWait(plainFrame('gray'))
  broadcast.add(other)
  seen.length = 0
  expect(await showAll(broadcast)).toEqual([true, true, true])
  expect(seen).toEqual(frames)
  expect(uncaught).toEqual(['not now'])
})

test('frames go on after an observer that fails', async () => {
  const { broadcast, seen, other } = createBroadcast({ fannedOut: fail('cannot count') })
  broadcast.add(other)
  expect(await showAll(broadcast)).toEqual([true, true, true])
  expect(seen).toEqual(frames)
  expect(uncaught).toHaveLength(3)
})

test('of the frames that come during a fan-out the newest is sent after it', async () => {
  const { broadcast, seen, other } = createBroadcast()
  broadcast.add(other)
  const shown = frames.map((frame) => broadcast.showAndWait(frame))
  expect(await Promise.all(shown)).toEqual([true, false, false])
  expect(seen).toEqual([frames[0], frames[2]])
})
