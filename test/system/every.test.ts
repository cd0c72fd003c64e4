import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { every } from '../../src/system/every.ts'

beforeEach(() => vi.useFakeTimers())
afterEach(() => vi.useRealTimers())

test('calls back at each multiple of the period, whenever it began, so that timers share their wake-ups', () => {
  vi.advanceTimersByTime(130)
  const times: number[] = []
  const stop = every(250, () => times.push(performance.now()))
  vi.advanceTimersByTime(1000)
  expect(times).toEqual([250, 500, 750, 1000])
  stop()
  vi.advanceTimersByTime(1000)
  expect(times).toHaveLength(4)
})

test('a callback that fails does not end it, and one that stops it is the last', () => {
  let calls = 0
  const stop = every(100, () => {
    calls += 1
    if (calls === 2) stop()
    if (calls === 1) throw new Error('once')
  })
  expect(() => vi.advanceTimersByTime(100)).toThrow('once')
  vi.advanceTimersByTime(500)
  expect(calls).toBe(2)
})

test('periods that are no whole milliseconds are kept too: each multiple is one call', () => {
  for (const period of [1000 / 6, 10_000 / 3.3, 333.3333]) {
    const counted = vi.fn()
    vi.advanceTimersByTime(Math.ceil(period - (performance.now() % period)))
    const stop = every(period, counted)
    vi.advanceTimersByTime(Math.floor(period * 3_000))
    stop()
    expect(Math.abs(counted.mock.calls.length - 3_000)).toBeLessThan(2)
  }
})
