import { isDeepStrictEqual } from 'node:util'
import type { Logger } from 'pino'
import type { Bus } from '../cluster/bus.ts'
import type { Store } from '../cluster/store.ts'
import { conflict } from '../errors.ts'
import type { Frame } from '../picture/frame.ts'
import type { OutgoingClient } from '../system/outgoing.ts'
import { ProcessGroup } from '../system/process-group.ts'
import { YoungMemory } from '../system/young-memory.ts'
import { type Roles, widgetOf } from '../widget/role.ts'
import { parseRoom, roomOf } from '../widget/room.ts'
import { Camera, type CameraCondition } from './camera.ts'
import { type CameraOrigin, type CameraReport, toCameraReport } from './camera-report.ts'
import { type CameraSpec, storedCameraSchema, toCameraSpec } from './camera-spec.ts'
import { createInput } from './create-input.ts'

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

interface Entry {
  key: string
  listeners: Set<CameraListener>
  camera: Camera | undefined
  origin: CameraOrigin | undefined
  /** Whether the store has it: a key that frames were pushed to is not stored. */
  isStored: boolean
  linger: NodeJS.Timeout | undefined
}

/** The server's own name in a room, which no other writer can set. */
export const CAMERA = '$camera'
const MAX_STORED = 1_000

/** All cameras of this process: each source runs once, from its first viewer until a while after its last. */
export class Cameras {
  readonly #init: CamerasInit
  readonly #entries = new Map<string, Entry>()
  readonly #group = new ProcessGroup()
  readonly #memory = new YoungMemory()
  readonly #unsubscribe: readonly (() => void)[]

  constructor(init: CamerasInit) {
    this.#init = init
    this.#unsubscribe = [
      init.bus.subscribe((room, change) => {
        const { widget, key } = parseRoom(room)
        if (widget === this.widget && (change === 'state' || change === 'deleted'))
          void this.#reread(key, change === 'deleted').catch(() => {})
      }),
      init.bus.onReconnect(() => void this.load().catch(() => {})),
    ]
  }

  /** Reads the cameras that were set by the API, before the last stop or on another node. */
  async load(): Promise<void> {
    const gone = new Set([...this.#entries.values()].filter((entry) => entry.isStored).map(({ key }) => key))
    for await (const [room, value] of this.#init.store.list(CAMERA)) {
      const { widget, key } = parseRoom(room)
      if (widget !== this.widget) continue
      gone.delete(key)
      this.#setStored(key, value)
    }
    for (const key of gone) await this.#reread(key)
  }

  /** Replaces the cameras of the configuration file. Those that have not changed keep running. */
  configure(specs: ReadonlyMap<string, CameraSpec>): void {
    for (const { key, origin } of [...this.#entries.values()])
      if (origin === 'file' && !specs.has(key)) {
        this.#replace(key, undefined, undefined)
        // The API may have set one of this key before.
        void this.#reread(key).catch(() => {})
      }
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
    this.#setStored(key, spec)
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
    for (const unsubscribe of this.#unsubscribe) unsubscribe()
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
      ...{ key, listeners: new Set(), camera: undefined },
      ...{ origin: undefined, isStored: false, linger: undefined },
    }
    this.#entries.set(key, entry)
    return entry
  }

  /** Another node, or the API of rooms, may have changed or deleted it. @param isDeleted with all that the room had */
  async #reread(key: string, isDeleted = false): Promise<void> {
    const value = await this.#init.store.get(this.#roomOf(key), CAMERA)
    const entry = this.#entries.get(key)
    if (entry?.origin === 'file') return
    if (value !== undefined) this.#setStored(key, value)
    else if (entry?.camera && (entry.isStored || isDeleted)) this.#replace(key, undefined, undefined)
  }

  #setStored(key: string, value: unknown): void {
    const { data } = storedCameraSchema.safeParse(value)
    if (!data || this.#entries.get(key)?.origin === 'file') return
    this.#replace(key, toCameraSpec(data), 'api')
    this.#entryOf(key).isStored = true
  }

  #replace(key: string, spec: CameraSpec | undefined, origin: CameraOrigin | undefined): void {
    const entry = this.#entryOf(key)
    const { camera: before, origin: from } = entry
    entry.origin = origin
    entry.isStored = false
    // A source of the API may reach less than the same one of the file.
    if (from === origin && before && spec && isDeepStrictEqual(before.spec, spec)) return
    clearTimeout(entry.linger)
    entry.camera = undefined
    void before?.stop()
    if (spec) {
      entry.camera = new Camera({
        spec,
        read: createInput(spec, origin === 'file' ? this.#init.ownClient : this.#init.client, this.#group),
        onFrame: (frame) => {
          this.#memory.took(frame.bytes.length)
          for (const listener of entry.listeners) listener.onFrame?.(frame)
        },
        onCondition: (condition) => this.#onCondition(entry, condition),
      })
      this.#run(entry)
    } else if (entry.listeners.size === 0) this.#entries.delete(key)
    for (const listener of entry.listeners) listener.onCondition?.(entry.camera?.condition)
    this.#init.bus.publish(this.#roomOf(key), 'state')
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
  return camera && toCameraReport(key, camera, origin, listeners.size)
}
