import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { LoadMeter } from '../../../src/http/metrics/load-meter.ts'
import { LoadTotals } from '../../../src/http/metrics/load-totals.ts'
import type { RenderLoad } from '../../../src/render/observer.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

function setUp() {
  const totals = new LoadTotals()
  const render: RenderLoad = { usage: { cpu: 0, memoryBytes: 3e8 }, processes: 3, workers: 2, waiting: 7 }
  const meter = new LoadMeter(totals, () => ({ ...render, usage: { ...render.usage } }))
  return { totals, render, meter }
}

test('the load is that of the time since the start, at first', async () => {
  const { totals, render, meter } = setUp()
  await vi.advanceTimersByTimeAsync(10_000)
  render.usage.cpu = 15_000
  for (let turn = 0; turn < 100; turn += 1) totals.paced(2, 1)
  for (let turn = 0; turn < 20; turn += 1) totals.waits.add(40)
  totals.refusedClient('full')
  totals.refusedClient('wrong-token')
  totals.refusedClient('wrong-token')
  expect(meter.now()).toMatchObject({
    seconds: 10,
    render: { processes: 3, workers: 2, processor: 1.5, memoryBytes: 3e8 },
    waiting: { pictures: 7, median: 37.5, p95: 48.8 },
    changes: { median: null, p95: null },
    frames: { wanted: 20, reached: 10 },
    refusals: { 'wrong-token': 2, full: 1 },
  })
  meter.close()
})

test('later it is that of the last minute', async () => {
  const { totals, render, meter } = setUp()
  render.usage.cpu = 100_000
  totals.changes.add(900)
  totals.refusedClient('full')
  await vi.advanceTimersByTimeAsync(65_000)
  expect(meter.now()).toMatchObject({
    seconds: 60,
    render: { processor: 0 },
    changes: { median: null },
    frames: { wanted: 0, reached: 0 },
    refusals: {},
  })
  meter.close()
})

test('more frames than required count as all of them', async () => {
  const { totals, meter } = setUp()
  totals.paced(0.5, 1)
  await vi.advanceTimersByTimeAsync(1_000)
  expect(meter.now().frames).toEqual({ wanted: 0.5, reached: 0.5 })
  meter.close()
})
