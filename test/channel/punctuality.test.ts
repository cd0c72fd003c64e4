import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { Punctuality } from '../../src/channel/punctuality.ts'

let now = 0
beforeEach(() => {
  now = 1000
  vi.spyOn(performance, 'now').mockImplementation(() => now)
})
afterEach(() => void vi.restoreAllMocks())

function setUp(fps = 0) {
  const observer = { fannedOut: vi.fn(), unchanged: vi.fn(), changeShown: vi.fn(), paced: vi.fn() }
  return { observer, punctuality: new Punctuality(observer, fps) }
}

test('a change is late by the time from the first one that a picture shows', () => {
  const { observer, punctuality } = setUp()
  punctuality.onWatched(true)
  punctuality.onChange()
  now += 40
  punctuality.onChange()
  const changedAt = punctuality.takeChange()
  punctuality.onChange()
  now += 60
  punctuality.onShown(changedAt)
  expect(observer.changeShown.mock.calls).toEqual([[100]])
  punctuality.onShown(punctuality.takeChange())
  expect(observer.changeShown.mock.calls).toEqual([[100], [60]])
})

test('a change that no picture shows is measured with the next picture', () => {
  const { observer, punctuality } = setUp()
  punctuality.onWatched(true)
  punctuality.onChange()
  const dropped = punctuality.takeChange()
  now += 500
  punctuality.onChange()
  punctuality.restoreChange(dropped)
  punctuality.onShown(punctuality.takeChange())
  expect(observer.changeShown.mock.calls).toEqual([[500]])
})

test('nothing is measured while no viewer watches', () => {
  const { observer, punctuality } = setUp(10)
  punctuality.onChange()
  punctuality.onDrawn(now, true)
  punctuality.onWatched(true)
  punctuality.onChange()
  punctuality.onWatched(false)
  punctuality.onWatched(true)
  punctuality.onShown(punctuality.takeChange())
  expect(observer.changeShown).not.toHaveBeenCalled()
  expect(observer.paced).not.toHaveBeenCalled()
})

test('an animation that draws every second frame needs twice the frames that it reaches', () => {
  const { observer, punctuality } = setUp(10)
  punctuality.onWatched(true)
  punctuality.onDrawn(now + 200, true)
  punctuality.onDrawn(now + 400, true)
  punctuality.onDrawn(now + 500, false)
  expect(observer.paced.mock.calls).toEqual([
    [2, 1],
    [2, 1],
    [1, 0],
  ])
})

test('a picture that is not animated has no frame rate', () => {
  const { observer, punctuality } = setUp(0)
  punctuality.onWatched(true)
  punctuality.onDrawn(now + 200, true)
  expect(observer.paced).not.toHaveBeenCalled()
})
