import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { DrainWait } from '../../../src/http/stream/drain-wait.ts'

beforeEach(() => {
  vi.useFakeTimers()
})
afterEach(() => {
  vi.useRealTimers()
})

test('a wait for a queue looks when it will be sent at its speed so far, and ends once it is', () => {
  let left = 100_000
  let looks = 0
  const onDrained = vi.fn()
  const wait = new DrainWait(() => {
    looks += 1
    return left
  }, onDrained)
  wait.start()
  for (let time = 0; time < 1_000; time += 10) {
    vi.advanceTimersByTime(10)
    left -= 2_000
  }
  expect(onDrained).toHaveBeenCalledTimes(1)
  expect(looks).toBeLessThan(12)
})

test('a wait for a queue that nobody reads looks four times a second, and ends with its viewer', () => {
  let looks = 0
  const wait = new DrainWait(() => {
    looks += 1
    return undefined
  }, vi.fn())
  wait.start()
  vi.advanceTimersByTime(60_000)
  expect(looks).toBeLessThan(250)
  const before = looks
  wait.stop()
  vi.advanceTimersByTime(60_000)
  expect(looks).toBe(before)
})
