import { Registry } from 'prom-client'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import type { CameraReport } from '../../../src/camera/camera-report.ts'
import type { Cameras } from '../../../src/camera/cameras.ts'
import { CameraMeter } from '../../../src/http/metrics/camera-meter.ts'
import { CameraMetrics } from '../../../src/http/metrics/camera-metrics.ts'
import { Traffic } from '../../../src/viewer/traffic.ts'

beforeEach(() => vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] }))
afterEach(() => vi.useRealTimers())

const camera: CameraReport = {
  ...{ key: 'door', kind: 'mjpeg', source: '', name: 'door', from: 'file', preload: false },
  condition: { state: 'interrupted', since: 0, why: 'it ended', tail: '' },
  ...{ looks: 1, frames: 7, bytes: 700, restarts: 2, fps: 5, age: 1500 },
}

function createMeter(traffic: Traffic) {
  const known = {
    keys: ['door'],
    widget: 'camera',
    list: () => [camera],
    get: (key: string) => (key === 'door' ? camera : undefined),
  }
  const sent = { since: 0, traffic }
  const viewers = {
    sentTo: (room: string) => (room === 'camera/door' ? sent : undefined),
    ofRoom: () => ({ streams: [], sent }),
  }
  const presence = { countsNow: () => ({ connections: 3, visitors: 2, peak: 3 }) }
  return new CameraMeter({ cameras: known as unknown as Cameras, viewers, presence })
}

test('the rate of a camera’s viewers is that of the last one to two seconds', () => {
  const traffic = new Traffic()
  const meter = createMeter(traffic)
  const rate = () => meter.get('door')?.fpsOut
  expect(rate()).toBe(0)
  for (let second = 0; second < 5; second += 1) {
    traffic.frames += 60
    vi.advanceTimersByTime(1_000)
  }
  expect(rate()).toBe(60)
  vi.advanceTimersByTime(2_000)
  expect(rate()).toBe(0)
  // The first of the next viewers begins again at zero.
  traffic.frames = 3
  expect(rate()).toBe(0)
  expect(meter.list()).toMatchObject([{ key: 'door', viewers: 3, framesOut: 3, frames: 7 }])
  expect(meter.get('other')).toBeUndefined()
  meter.close()
})

test('the metrics name each camera, and none that was deleted', async () => {
  const registry = new Registry()
  const metrics = new CameraMetrics(registry)
  const meter = createMeter(new Traffic())
  for (let scrape = 0; scrape < 2; scrape += 1) metrics.set(meter.list())
  const text = await registry.metrics()
  for (const line of [
    'imgcast_cameras{state="interrupted"} 1',
    'imgcast_cameras{state="live"} 0',
    'imgcast_camera_failed{camera="door"} 1',
    'imgcast_camera_frame_age_seconds{camera="door"} 1.5',
    'imgcast_camera_frames_total{camera="door"} 7',
    'imgcast_camera_restarts_total{camera="door"} 2',
    'imgcast_camera_viewers{camera="door"} 3',
  ])
    expect(text.split('\n')).toContain(line)
  metrics.set([])
  expect(await registry.metrics()).not.toContain('door')
  meter.close()
})
