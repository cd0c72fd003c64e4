import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
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
  const unsent = () => {
    looks += 1
    return left
  }
  const wait = new DrainWait({ unsent, onDrained })
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
  const unsent = () => {
    looks += 1
    return undefined
  }
  const wait = new DrainWait({ unsent, onDrained: vi.fn() })
  wait.start()
  vi.advanceTimersByTime(60_000)
  expect(looks).toBeLessThan(250)
  const before = looks
  wait.stop()
  vi.advanceTimersByTime(60_000)
  expect(looks).toBe(before)
})

test('a wait for a queue that other pictures fill too ends after a second', () => {
  const onDrained = vi.fn()
  const wait = new DrainWait({ unsent: () => 60_000, onDrained, isShared: true, now: () => Date.now() })
  wait.start()
  vi.advanceTimersByTime(900)
  expect(onDrained).not.toHaveBeenCalled()
  vi.advanceTimersByTime(600)
  expect(onDrained).toHaveBeenCalledTimes(1)
  expect(wait.isLong()).toBe(false)
})

describe('a queue', () => {
  const ask = (left: () => number) =>
    new DrainWait({ unsent: left, onDrained: vi.fn(), now: () => Date.now() })

  test('is not looked at for a viewer for whom the kernel takes each picture whole', () => {
    const unsent = vi.fn(() => 0)
    const wait = ask(unsent)
    wait.onTaken(60_000, 60_000)
    expect(wait.isLong()).toBe(false)
    expect(unsent).not.toHaveBeenCalled()
  })

  test('is long if its rest takes more than 50 ms at its speed so far, however quickly the kernel took it', () => {
    let left = 55_000
    const wait = ask(() => left)
    wait.onTaken(20_000, 60_000)
    vi.advanceTimersByTime(33)
    expect(wait.isLong()).toBe(true)
    left = 20_000
    expect(wait.isLong()).toBe(false)
    wait.onTaken(60_000, 60_000)
    left = 60_000
    vi.advanceTimersByTime(33)
    expect(wait.isLong()).toBe(true)
  })

  test('that was empty when the last picture was sent is looked at again before the next one', () => {
    let left = 60_000
    const wait = ask(() => left)
    wait.onTaken(20_000, 60_000)
    vi.advanceTimersByTime(33)
    expect(wait.isLong()).toBe(true)
    wait.start()
    left = 0
    vi.advanceTimersByTime(10)
    expect(wait.isLong()).toBe(false)
    wait.onTaken(60_000, 60_000)
    left = 58_000
    vi.advanceTimersByTime(33)
    expect(wait.isLong()).toBe(true)
  })
})
