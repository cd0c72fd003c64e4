import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { Camera, type CameraCondition } from '../../src/camera/camera.ts'
import { InputError, type InputSink, type ReadInput } from '../../src/camera/camera-input.ts'
import { toCameraSpec } from '../../src/camera/camera-spec.ts'
import { plainFrame } from '../support/frames.ts'

const { bytes } = plainFrame('#ff0000', { format: 'jpeg', width: 40, height: 20 })

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

/** A source that the test fails and that never ends by itself, and the camera that reads it. */
function createCamera() {
  const startedAt = performance.now()
  const starts: number[] = []
  const states: CameraCondition[] = []
  let running = 0
  let most = 0
  let sink: InputSink | undefined
  let fail = (_error: InputError) => {}
  const read: ReadInput = (given, signal) => {
    starts.push(Math.round(performance.now() - startedAt))
    running += 1
    most = Math.max(most, running)
    sink = given
    return new Promise<never>((_, reject) => {
      fail = (error) => {
        running -= 1
        reject(error)
      }
      signal.addEventListener('abort', () => setTimeout(() => fail(new InputError(String(signal.reason))), 5))
    })
  }
  const camera = new Camera({
    spec: toCameraSpec({ source: 'rtsp://camera' }),
    read,
    onFrame: () => {},
    onCondition: (condition) => states.push(condition),
  })
  const pass = (time: number) => vi.advanceTimersByTimeAsync(time)
  return {
    ...{ camera, starts, states, pass },
    most: () => most,
    running: () => running,
    send: () => sink?.onFrame(bytes),
    fail: (message = 'it ended', tail = '') => fail(new InputError(message, { tail })),
    stop: async () => {
      const stopped = camera.stop()
      await pass(5)
      await stopped
    },
  }
}

describe('a camera', () => {
  test('that fails starts again at once, then after 1, 5, 10 and 60 s, and never gives up', async () => {
    const { camera, starts, fail, pass, stop } = createCamera()
    camera.start()
    await pass(0)
    for (const pause of [0, 1_000, 5_000, 10_000, 60_000, 60_000]) {
      fail()
      await pass(pause + 1)
    }
    expect(
      starts.map((at, index) => at - (starts[index - 1] ?? 0)).map((time) => Math.round(time / 500) / 2),
    ).toEqual([0, 0, 1, 5, 10, 60, 60])
    expect(camera.totals.restarts).toBe(6)
    await stop()
  })

  test('without any picture is offline after three failures in 30 s', async () => {
    const { camera, fail, pass, stop } = createCamera()
    camera.start()
    const states: string[] = []
    for (let failure = 0; failure < 3; failure += 1) {
      await pass(1_100)
      fail('ffmpeg ended with code 1', 'Connection refused')
      await pass(1)
      states.push(camera.condition.state)
    }
    expect(states).toEqual(['connecting', 'connecting', 'offline'])
    expect(camera.condition).toMatchObject({ why: 'ffmpeg ended with code 1', tail: 'Connection refused' })
    await stop()
  })

  test('without a frame for 10 s is frozen: its last picture stays for ten seconds, and then a card', async () => {
    const { camera, starts, send, pass, stop } = createCamera()
    camera.start()
    await pass(0)
    send()
    expect(camera.condition.state).toBe('live')
    await pass(9_900)
    expect([camera.condition.state, starts.length]).toEqual(['live', 1])
    await pass(200)
    expect(camera.condition).toMatchObject({ state: 'offline', why: 'no frame for 10 s' })
    expect(starts).toHaveLength(2)
    send()
    expect(camera.condition.state).toBe('live')
    await stop()
  })

  test('to which frames are pushed has none after 10 s of silence, and is live with the next', async () => {
    const camera = new Camera({
      spec: toCameraSpec({}),
      ...{ read: undefined, onFrame: () => {}, onCondition: () => {} },
    })
    const pass = (time: number) => vi.advanceTimersByTimeAsync(time)
    camera.start()
    for (let turn = 0; turn < 3; turn += 1) {
      camera.receive(bytes)
      expect(camera.condition.state).toBe('live')
      await pass(9_000)
    }
    await pass(1_100)
    expect(camera.condition).toMatchObject({ state: 'offline', why: 'no frame was pushed for 10 s' })
    camera.receive(bytes)
    expect(camera.condition.state).toBe('live')
    await camera.stop()
    await pass(20_000)
    expect(camera.condition.state).toBe('idle')
  })

  test('that fails while its picture is new is interrupted, and offline ten seconds after its last frame', async () => {
    const { camera, fail, send, pass, stop } = createCamera()
    camera.start()
    await pass(0)
    send()
    await pass(4_000)
    fail()
    await pass(1)
    expect(camera.condition.state).toBe('interrupted')
    expect(camera.frame?.bytes.equals(bytes)).toBe(true)
    const { since } = camera.condition
    await pass(5_900)
    expect(camera.condition.state).toBe('interrupted')
    await pass(200)
    // It is down since its source failed.
    expect(camera.condition).toMatchObject({ state: 'offline', since })
    await stop()
  })

  test('never reads its source twice at once, however quickly it is started and stopped', async () => {
    const { camera, most, running, pass } = createCamera()
    for (let cycle = 0; cycle < 200; cycle += 1) {
      camera.start()
      await pass(cycle % 7)
      void camera.stop()
      if (cycle % 3 === 0) await pass(cycle % 5)
    }
    await pass(100)
    expect([most(), running()]).toEqual([1, 0])
    expect(camera.condition.state).toBe('idle')
  })
})
