import type { Logger } from 'pino'
import type { Bus } from '../cluster/bus.ts'
import type { Store } from '../cluster/store.ts'
import { conflict } from '../errors.ts'
import type { Frame } from '../picture/frame.ts'
import type { OutgoingClient } from '../system/outgoing.ts'
import { ProcessGroup } from '../system/process-group.ts'
import { type Roles, widgetOf } from '../widget/role.ts'
import { parseRoom, roomOf } from '../widget/room.ts'
import { Camera, type CameraCondition } from './camera.ts'
import type { ReadInput } from './camera-input.ts'
import { type CameraSpec, cameraSchema, publicSource, toCameraSpec } from './camera-spec.ts'
import { ffmpegInput } from './ffmpeg-input.ts'
import { mjpegInput, stillInput } from './http-input.ts'

/** Follows one camera. */
export interface CameraListener {
  onFrame?(frame: Frame): void
  /** The condition is undefined if there is no such camera. */
  onCondition?(condition: CameraCondition | undefined): void
}

/** The parts and limits that cameras work with. */
export interface CamerasInit {
  roles: Roles
  store: Store
  bus: Bus
  log: Logger
  /** For sources of the API, which may be limited to public addresses. */
  client: OutgoingClient
  /** For sources of the configuration file. */
  ownClient: OutgoingClient
  allowPrivateTargets: boolean
  /** The most sources that run at once. */
  maxCameras: number
  /** Milliseconds that a source runs after its last viewer. */
  linger: number
}

/** Where a camera was described. */
type Origin = 'file' | 'api'

interface Entry {
  key: string
  listeners: Set<CameraListener>
  camera: Camera | undefined
  origin: Origin | undefined
  linger: NodeJS.Timeout | undefined
}

/** A camera, for operators. */
export interface CameraReport {
  key: string
  kind: string
  source: string
  name: string
  from: Origin
  preload: boolean
  condition: CameraCondition
  /** Looks of it that are watched or drawn now. */
  looks: number
  frames: number
  bytes: number
  restarts: number
  /** Frames in the last second. */
  fps: number
  /** Milliseconds since the newest frame; undefined before it. */
  age: number | undefined
}

/** The server's own name in a room, which no other writer can set. */
export const CAMERA = '$camera'
const MAX_STORED = 1_000

/** All cameras of this process: each source runs once, from its first viewer until a while after its last. */
export class Cameras {
  readonly #init: CamerasInit
  readonly #entries = new Map<string, Entry>()
  readonly #group = new ProcessGroup()

  constructor(init: CamerasInit) {
    this.#init = init
  }

  /** Reads the cameras that were set by the API before the last stop. */
  async load(): Promise<void> {
    for await (const [room, value] of this.#init.store.list(CAMERA)) {
      const { data } = cameraSchema.safeParse(value)
      if (data && parseRoom(room).widget === this.widget)
        this.#replace(parseRoom(room).key, toCameraSpec(data), 'api')
    }
  }

  /** Replaces the cameras of the configuration file. Those that have not changed keep running. */
  configure(specs: ReadonlyMap<string, CameraSpec>): void {
    for (const { key, origin } of [...this.#entries.values()])
      if (origin === 'file' && !specs.has(key)) this.#replace(key, undefined, undefined)
    for (const [key, spec] of specs) this.#replace(key, spec, 'file')
  }

  /** Sets a camera; resolves when it is on disk. Rejects with a `PublicError` 409 if the configuration file has one of this key. */
  async set(key: string, spec: CameraSpec): Promise<void> {
    this.#refuseConfigured(key)
    if (spec.kind === 'ffmpeg' && !this.#init.allowPrivateTargets)
      // ffmpeg resolves names itself: its targets cannot be checked.
      throw conflict(
        'private-target',
        'a source that ffmpeg reads needs --allow-private-targets, or the file of --cameras',
      )
    this.#checkPlace(key)
    await this.#init.store.set(this.#roomOf(key), CAMERA, spec, { durable: true })
    this.#replace(key, spec, 'api')
  }

  /** Deletes a camera that was set by the API. Returns whether there was one. */
  async delete(key: string): Promise<boolean> {
    this.#refuseConfigured(key)
    if (!this.#entries.get(key)?.camera) return false
    await this.#init.store.delete(this.#roomOf(key), CAMERA, { durable: true })
    this.#replace(key, undefined, undefined)
    return true
  }

  /**
   * Returns what takes frames from outside; undefined if the camera has a source of its own. A key without a camera gets one.
   * @throws PublicError 409 if there are too many.
   */
  pushTo(key: string): ((bytes: Buffer) => void) | undefined {
    if (!this.find(key)) {
      this.#checkPlace(key)
      this.#replace(key, toCameraSpec({}), 'api')
    }
    const entry = this.#entryOf(key)
    return entry.camera?.spec.kind === 'push' ? (bytes) => entry.camera?.receive(bytes) : undefined
  }

  get(key: string): CameraReport | undefined {
    const entry = this.#entries.get(key)
    return entry && toReport(entry)
  }

  /** All cameras, by key. */
  list(): CameraReport[] {
    return [...this.#entries.values()]
      .flatMap((entry) => toReport(entry) ?? [])
      .toSorted((one, other) => (one.key < other.key ? -1 : 1))
  }

  /** The keys of all cameras, in the order in which they were set. */
  get keys(): string[] {
    return [...this.#entries.values()].filter(({ camera }) => camera).map(({ key }) => key)
  }

  /** The camera of a key; undefined if there is none. */
  find(key: string): Camera | undefined {
    return this.#entries.get(key)?.camera
  }

  /** Watches a camera, which runs meanwhile. Returns a function that ends it; call it once. */
  watch(key: string, listener: CameraListener): () => void {
    const entry = this.#entryOf(key)
    entry.listeners.add(listener)
    this.#run(entry)
    return () => {
      entry.listeners.delete(listener)
      this.#rest(entry)
      if (!entry.camera && entry.listeners.size === 0) this.#entries.delete(key)
    }
  }

  /** Stops every source; resolves when none runs any more. */
  async close(): Promise<void> {
    const cameras = [...this.#entries.values()].map((entry) => {
      clearTimeout(entry.linger)
      return entry.camera?.stop()
    })
    this.#entries.clear()
    await Promise.all(cameras)
    await this.#group.close()
  }

  /** The name of the widget that shows cameras. */
  get widget(): string {
    return widgetOf(this.#init.roles, 'camera-frames')
  }

  #roomOf(key: string): string {
    return roomOf({ widget: this.widget, key })
  }

  #refuseConfigured(key: string): void {
    if (this.#entries.get(key)?.origin === 'file')
      throw conflict('configured', 'this camera is set in the file of --cameras')
  }

  /** Bounds the cameras that were set or pushed to. @throws PublicError 409 */
  #checkPlace(key: string): void {
    const stored = [...this.#entries.values()].filter(({ origin }) => origin === 'api').length
    if (stored >= MAX_STORED && this.#entries.get(key)?.origin !== 'api')
      throw conflict('too-many-cameras', `there are ${MAX_STORED} cameras already`)
  }

  #entryOf(key: string): Entry {
    const known = this.#entries.get(key)
    if (known) return known
    const entry: Entry = {
      key,
      listeners: new Set(),
      camera: undefined,
      origin: undefined,
      linger: undefined,
    }
    this.#entries.set(key, entry)
    return entry
  }

  #replace(key: string, spec: CameraSpec | undefined, origin: Origin | undefined): void {
    const entry = this.#entryOf(key)
    const { camera: before } = entry
    entry.origin = origin
    if (before && spec && JSON.stringify(before.spec) === JSON.stringify(spec)) return
    clearTimeout(entry.linger)
    entry.camera = undefined
    void before?.stop()
    if (spec) {
      entry.camera = new Camera({
        spec,
        read: this.#inputOf(spec, origin ?? 'api'),
        onFrame: (frame) => {
          for (const listener of entry.listeners) listener.onFrame?.(frame)
        },
        onCondition: (condition) => this.#onCondition(entry, condition),
      })
      this.#run(entry)
    } else if (entry.listeners.size === 0) this.#entries.delete(key)
    for (const listener of entry.listeners) listener.onCondition?.(entry.camera?.condition)
    this.#init.bus.publish(this.#roomOf(key), 'state')
  }

  #inputOf(spec: CameraSpec, origin: Origin): ReadInput | undefined {
    const client = origin === 'file' ? this.#init.ownClient : this.#init.client
    if (spec.kind === 'mjpeg') return mjpegInput(spec, client)
    if (spec.kind === 'still') return stillInput(spec, client)
    return spec.kind === 'ffmpeg' ? ffmpegInput(spec, this.#group) : undefined
  }

  #run({ camera, listeners, linger }: Entry): void {
    if (!camera || (listeners.size === 0 && !camera.spec.preload)) return
    clearTimeout(linger)
    if (camera.isRunning) return
    if (this.#makePlace()) camera.start()
    else void camera.stop('full')
  }

  #rest(entry: Entry): void {
    const { camera, listeners } = entry
    if (!camera || listeners.size > 0 || camera.spec.preload) return
    clearTimeout(entry.linger)
    if (camera.isRunning) entry.linger = setTimeout(() => this.#stop(entry), this.#init.linger)
    else void camera.stop()
  }

  #stop({ camera, linger }: Entry): void {
    clearTimeout(linger)
    void camera?.stop()
    const waiting = [...this.#entries.values()].find((each) => each.camera?.condition.state === 'full')
    if (waiting) this.#run(waiting)
  }

  /** Whether another source may run. One that runs without viewers makes place. */
  #makePlace(): boolean {
    const running = [...this.#entries.values()].filter(({ camera }) => camera?.isRunning)
    if (running.length < this.#init.maxCameras) return true
    const unwatched = running.find(({ listeners, camera }) => listeners.size === 0 && !camera?.spec.preload)
    if (!unwatched) return false
    clearTimeout(unwatched.linger)
    void unwatched.camera?.stop()
    return true
  }

  #onCondition({ key, listeners }: Entry, condition: CameraCondition): void {
    const { state, why, tail } = condition
    const facts = { key, state, ...(why !== '' && { why }), ...(tail !== '' && { tail }) }
    if (state === 'offline' || state === 'interrupted') this.#init.log.warn(facts, 'a camera has no frames')
    else if (state === 'full') this.#init.log.warn(facts, 'too many cameras run (--max-cameras)')
    else this.#init.log.debug(facts, 'a camera changes')
    for (const listener of listeners) listener.onCondition?.(condition)
  }
}

function toReport({ key, camera, listeners, origin = 'api' }: Entry): CameraReport | undefined {
  if (!camera) return undefined
  const { spec, condition, totals, age, fps } = camera
  return {
    ...{ key, kind: spec.kind, source: publicSource(spec.source), name: spec.name ?? key, from: origin },
    ...{ preload: spec.preload ?? false, looks: listeners.size, condition, ...totals, fps },
    age: Number.isFinite(age) ? Math.round(age) : undefined,
  }
}
