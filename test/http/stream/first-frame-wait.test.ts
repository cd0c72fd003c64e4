import { beforeEach, expect, test, vi } from 'vitest'
import { FirstFrameWait } from '../../../src/http/stream/first-frame-wait.ts'
import type { Frame } from '../../../src/picture/frame.ts'
import { plainFrame } from '../../support/frames.ts'

const frame = plainFrame('red')
const card: Frame = { ...plainFrame('blue'), awaitsFrame: true }

let shown: Frame[]
let ends: string[]
let wait: FirstFrameWait

beforeEach(() => {
  vi.useFakeTimers()
  shown = []
  ends = []
  wait = new FirstFrameWait({
    show: (each) => void shown.push(each),
    end: (reason) => void ends.push(reason),
    destroy: () => void ends.push('destroyed'),
  })
  return () => void vi.useRealTimers()
})

test('a card in place of a frame that is about to come is held back until the frame', () => {
  wait.show(card)
  vi.advanceTimersByTime(1_999)
  wait.show(frame)
  vi.advanceTimersByTime(60_000)
  expect(shown).toEqual([frame])
})

test('it is shown after two seconds without a frame, the newest of several', () => {
  const newer: Frame = { ...plainFrame('green'), awaitsFrame: true }
  wait.show(card)
  vi.advanceTimersByTime(1_000)
  wait.show(newer)
  vi.advanceTimersByTime(1_000)
  expect(shown).toEqual([newer])
})

test('later cards, and any other picture, are shown at once', () => {
  wait.show(frame)
  wait.show(card)
  expect(shown).toEqual([frame, card])
})

test('a viewer that left or was ended is shown nothing', () => {
  wait.show(card)
  wait.end('stopping')
  wait.destroy()
  vi.advanceTimersByTime(60_000)
  expect(shown).toEqual([])
  expect(ends).toEqual(['stopping', 'destroyed'])
})
