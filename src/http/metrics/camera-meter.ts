import type { CameraReport } from '../../camera/camera-report.ts'
import type { Cameras } from '../../camera/cameras.ts'
import type { Presence } from '../../cluster/presence.ts'
import { every } from '../../system/every.ts'
import type { Viewers } from '../../viewer/viewers.ts'
import { roomOf } from '../../widget/room.ts'

/** A camera and what its viewers receive. */
export interface MeteredCamera extends CameraReport {
  /** Open streams of it, those of pictures that embed it included. */
  viewers: number
  /** Frames a second that were sent to its viewers, all together. */
  fpsOut: number
  /** Sent to its viewers since it was last without any. */
  framesOut: number
  bytesOut: number
  /** Frames that slow viewers skipped. */
  dropped: number
}

/** The sources of the meter. */
export interface CameraMeterInit {
  cameras: Cameras
  viewers: Pick<Viewers, 'sentTo' | 'ofRoom'>
  presence: Pick<Presence, 'countsNow'>
}

interface Reading {
  at: number
  frames: number
}

/** Milliseconds between two readings. A rate is that of the time since the one before the last: one to two seconds. */
const INTERVAL = 1_000

/** Measures what the viewers of each camera receive: sending a frame calls nothing here. */
export class CameraMeter {
  readonly #init: CameraMeterInit
  #readings: ReadonlyMap<string, readonly Reading[]> = new Map()
  readonly #stop: () => void

  constructor(init: CameraMeterInit) {
    this.#init = init
    this.#stop = every(INTERVAL, () => this.#keep())
  }

  /** All cameras, by key. */
  list(): MeteredCamera[] {
    return this.#init.cameras.list().map((camera) => this.#measure(camera))
  }

  get(key: string): MeteredCamera | undefined {
    const camera = this.#init.cameras.get(key)
    return camera && this.#measure(camera)
  }

  /** Open streams of a camera, those of pictures that embed it included. */
  viewersOf(key: string): number {
    const room = this.#roomOf(key)
    const { presence, viewers } = this.#init
    return presence.countsNow(room)?.connections ?? viewers.ofRoom(room).streams.length
  }

  get cameras(): Cameras {
    return this.#init.cameras
  }

  close(): void {
    this.#stop()
  }

  #measure(camera: CameraReport): MeteredCamera {
    const { frames = 0, bytes = 0, dropped = 0 } = this.#sentBy(camera.key) ?? {}
    const fpsOut = this.#rateOf(camera.key, frames)
    return {
      ...camera,
      viewers: this.viewersOf(camera.key),
      fpsOut,
      framesOut: frames,
      bytesOut: bytes,
      dropped,
    }
  }

  #rateOf(key: string, frames: number): number {
    const before = this.#readings.get(key)?.[0]
    if (!before) return 0
    const seconds = Math.max(0.001, (performance.now() - before.at) / 1_000)
    // The count begins again with the first viewer.
    return Math.round((Math.max(0, frames - before.frames) / seconds) * 10) / 10
  }

  #keep(): void {
    const at = performance.now()
    const { keys } = this.#init.cameras
    this.#readings = new Map(
      keys.map((key) => {
        const newest = { at, frames: this.#sentBy(key)?.frames ?? 0 }
        return [key, [...(this.#readings.get(key) ?? []).slice(-1), newest]]
      }),
    )
  }

  #sentBy(key: string) {
    return this.#init.viewers.sentTo(this.#roomOf(key))?.traffic
  }

  #roomOf(key: string): string {
    return roomOf({ widget: this.#init.cameras.widget, key })
  }
}
