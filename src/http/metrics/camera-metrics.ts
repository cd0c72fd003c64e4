import { Counter, Gauge, type Registry } from 'prom-client'
import { CAMERA_STATES, isDown } from '../../camera/camera.ts'
import type { MeteredCamera } from './camera-meter.ts'
import { METRICS } from './metric-rows.ts'

/** The metrics of cameras, which are read at each scrape. */
export class CameraMetrics {
  readonly #states: Gauge<'state'>
  readonly #gauges: Readonly<Record<'viewers' | 'age' | 'failed', Gauge<'camera'>>>
  readonly #counters: Readonly<Record<'framesIn' | 'bytesIn' | 'restarts' | 'framesOut', Counter<'camera'>>>

  constructor(registry: Registry) {
    const registers = [registry]
    const toInit = <Label extends string>({
      name,
      help,
      labels,
    }: {
      name: string
      help: string
      labels: readonly Label[]
    }) => ({
      ...{ name, help, labelNames: labels, registers },
    })
    this.#states = new Gauge(toInit(METRICS.cameras))
    this.#gauges = {
      viewers: new Gauge(toInit(METRICS.cameraViewers)),
      age: new Gauge(toInit(METRICS.cameraAge)),
      failed: new Gauge(toInit(METRICS.cameraFailed)),
    }
    this.#counters = {
      framesIn: new Counter(toInit(METRICS.cameraFrames)),
      bytesIn: new Counter(toInit(METRICS.cameraBytes)),
      restarts: new Counter(toInit(METRICS.cameraRestarts)),
      framesOut: new Counter(toInit(METRICS.cameraFramesSent)),
    }
  }

  /** Replaces all values: a camera that was deleted has none. */
  set(cameras: readonly MeteredCamera[]): void {
    for (const metric of [...Object.values(this.#gauges), ...Object.values(this.#counters)]) metric.reset()
    for (const state of CAMERA_STATES) {
      const count = cameras.filter(({ condition }) => condition.state === state).length
      this.#states.set({ state }, count)
    }
    for (const camera of cameras) this.#setOne(camera)
  }

  #setOne({ key, condition, ...camera }: MeteredCamera): void {
    const labels = { camera: key }
    this.#gauges.viewers.set(labels, camera.viewers)
    this.#gauges.failed.set(labels, isDown(condition.state) ? 1 : 0)
    if (camera.age !== undefined) this.#gauges.age.set(labels, camera.age / 1000)
    this.#counters.framesIn.inc(labels, camera.frames)
    this.#counters.bytesIn.inc(labels, camera.bytes)
    this.#counters.restarts.inc(labels, camera.restarts)
    this.#counters.framesOut.inc(labels, camera.framesOut)
  }
}
