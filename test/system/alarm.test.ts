import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { Alarm } from '../../src/system/alarm.ts'

const onTime = vi.fn(() => times.push(performance.now()))
const times: number[] = []

beforeEach(() => vi.useFakeTimers())
afterEach(() => {
  vi.useRealTimers()
  times.length = 0
})

test('the earliest of several times counts', () => {
  const alarm = new Alarm(onTime)
  alarm.set(200)
  alarm.set(100)
  alarm.set(300)
  vi.advanceTimersByTime(1000)
  expect(times).toEqual([100])
})

test('it can be moved to another time', () => {
  const alarm = new Alarm(onTime)
  alarm.set(100)
  alarm.move(300)
  vi.advanceTimersByTime(250)
  expect(times).toEqual([])
  alarm.move(270)
  vi.advanceTimersByTime(1000)
  expect(times).toEqual([270])
})

test('moving it to later times again and again costs no timer', () => {
  const alarm = new Alarm(onTime)
  alarm.set(100)
  const setTimeout = vi.spyOn(globalThis, 'setTimeout')
  for (let at = 101; at < 200; at += 1) alarm.move(at)
  expect(setTimeout).not.toHaveBeenCalled()
  vi.advanceTimersByTime(1000)
  expect(times).toEqual([199])
})

test('once cleared it is silent, and has no timer', () => {
  const alarm = new Alarm(onTime)
  alarm.set(100)
  alarm.clear()
  expect(vi.getTimerCount()).toBe(0)
  alarm.set(400)
  vi.advanceTimersByTime(1000)
  expect(times).toEqual([400])
})
