import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import type { Connection } from '../../../src/http/stream/connection.ts'
import { Heartbeat } from '../../../src/http/stream/heartbeat.ts'

const PERIOD = 6000

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] })
})
afterEach(() => {
  vi.useRealTimers()
})

/** A connection that is silent but for its heartbeats, and when they were. */
function silent(heartbeat = PERIOD) {
  const from = performance.now()
  const sent = [from]
  let looks = 0
  const beat = (now: number) => {
    looks += 1
    if (now - (sent.at(-1) ?? 0) >= heartbeat) sent.push(now)
    return (sent.at(-1) ?? 0) + heartbeat
  }
  return {
    connection: { beat } as Connection,
    looks: () => looks,
    beats: () => sent.slice(1).map((at) => at - from),
    /** A picture is sent to it. */
    see: () => sent.splice(0, sent.length, performance.now()),
  }
}

describe('one timer for the heartbeats of all', () => {
  test('beats for each connection when it is due, whenever it was opened', () => {
    const heartbeat = new Heartbeat(PERIOD)
    const [first, slow] = [silent(), silent(2.5 * PERIOD)]
    heartbeat.add(first.connection)
    heartbeat.add(slow.connection)
    vi.advanceTimersByTime(PERIOD / 2)
    const late = silent()
    heartbeat.add(late.connection)
    vi.advanceTimersByTime(PERIOD * 4)
    const toPauses = (times: readonly number[]) => times.map((at, index) => at - (times[index - 1] ?? 0))
    for (const { beats } of [first, late]) {
      expect(beats().length).toBeGreaterThanOrEqual(3)
      for (const pause of toPauses(beats())) {
        expect(pause).toBeGreaterThanOrEqual(PERIOD)
        expect(pause).toBeLessThanOrEqual(PERIOD + 1000)
      }
    }
    expect(slow.beats()).toHaveLength(1)
  })

  test('checks no connection while all of them are sent pictures', () => {
    const heartbeat = new Heartbeat(PERIOD)
    const watcher = silent()
    heartbeat.add(watcher.connection)
    for (let second = 0; second < 60; second += 1) {
      watcher.see()
      vi.advanceTimersByTime(1000)
    }
    expect(watcher.beats()).toEqual([])
    expect(watcher.looks()).toBeLessThanOrEqual(13)
  })

  test('stops with the last', () => {
    const heartbeat = new Heartbeat(PERIOD)
    const { connection } = silent()
    heartbeat.add(connection)
    expect(vi.getTimerCount()).toBe(1)
    heartbeat.delete(connection)
    expect(vi.getTimerCount()).toBe(0)
  })
})
