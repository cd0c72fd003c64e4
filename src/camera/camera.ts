import { randomBytes } from 'node:crypto'
import type { Frame } from '../picture/frame.ts'
import { FrameRoom } from '../picture/frame-room.ts'
import { readJpegHead } from '../picture/picture-head.ts'
import { Alarm } from '../system/alarm.ts'
import { Backoff } from '../system/backoff.ts'
import { parseDuration } from '../widget/duration.ts'
import { InputError, type ReadInput } from './camera-input.ts'
import type { CameraSpec } from './camera-spec.ts'

/**
 * `idle`: it has no viewers. `connecting`: no frame yet. `live`: frames come. `interrupted`: the source has failed, and its last
 * frame is not old. `offline`: it has failed for longer, or often. `full`: too many other cameras run.
 */
export const CAMERA_STATES = ['idle', 'connecting', 'live', 'interrupted', 'offline', 'full'] as const

/** One of `CAMERA_STATES`. */
export type CameraState = (typeof CAMERA_STATES)[number]

/** Whether a camera's source has failed, and no frame came since. */
export function isDown(state: CameraState): boolean {
  return state === 'interrupted' || state === 'offline'
}

/** The condition of a camera, as its card shows it. */
export interface CameraCondition {
  state: CameraState
  /** When it got there, in milliseconds since the epoch. */
  since: number
  /** Why it failed; empty if it did not. */
  why: string
  /** The last words of its source. */
  tail: string
}

/** The options of a camera. */
export interface CameraInit {
  spec: CameraSpec
  /** Reads its source; undefined if its frames are pushed. */
  read: ReadInput | undefined
  onFrame(frame: Frame): void
  onCondition(condition: CameraCondition): void
}

/** Milliseconds before the first restart in a row, the second, and so on. */
const PAUSES = [0, 1_000, 5_000, 10_000, 60_000]
/** A source that ran this long was healthy: its next restart is immediate. */
const HEALTHY_AFTER = 30_000
/** Milliseconds without a frame after which a source is frozen. */
const FROZEN = 10_000
/** Milliseconds that the last frame is shown after the source has failed. */
const LAST_FRAME_TIME = 10_000
/** A source without any frame is offline after this many failures within this time. */
const QUICK_FAILURES = { count: 3, within: 30_000 }
const STILL_INTERVAL = 1_000
/** What a render process decodes at a time. */
const MAX_FRAME_PIXELS = 32_000_000
/** Times of frames to keep: more than half of it a second are not counted. */
const MAX_TIMES = 250

/** One camera: reads its source from `start` to `stop`, and again after each failure. Never reads it twice at once. */
export class Camera {
  readonly spec: CameraSpec
  readonly #init: CameraInit
  /** Before the numbers of its frames: other cameras, and other servers, number other ones. */
  readonly #tag = randomBytes(6).toString('base64url')
  #stopping: AbortController | undefined
  #running: Promise<void> = Promise.resolve()
  #condition: CameraCondition = { state: 'idle', since: Date.now(), why: '', tail: '' }
  #frame: Frame | undefined
  #frameAt = Number.NEGATIVE_INFINITY
  #timer: NodeJS.Timeout | undefined
  readonly #watchdog = new Alarm(() => this.#onFrozen())
  #attempt: AbortController | undefined
  #failures: number[] = []
  /** When the newest frames came. */
  #times: number[] = []
  #totals = { frames: 0, bytes: 0, restarts: 0 }

  constructor(init: CameraInit) {
    this.#init = init
    this.spec = init.spec
  }

  get condition(): CameraCondition {
    return this.#condition
  }

  /** The newest frame; undefined before the first one. */
  get frame(): Frame | undefined {
    return this.#frame
  }

  /** Milliseconds since the newest frame came; infinite before it. */
  get age(): number {
    return performance.now() - this.#frameAt
  }

  /** Whether the newest frame is as new as this source's frames are. */
  get isFresh(): boolean {
    return this.age < this.#interval + STILL_INTERVAL && this.#frame !== undefined
  }

  /** What has come since the server started. */
  get totals(): Readonly<{ frames: number; bytes: number; restarts: number }> {
    return this.#totals
  }

  /** Frames in the last second. */
  get fps(): number {
    const now = performance.now()
    return this.#times.filter((time) => now - time < 1_000).length
  }

  get isRunning(): boolean {
    return this.#stopping !== undefined
  }

  /** Reads its source from now on. */
  start(): void {
    if (this.#stopping) return
    const stopping = new AbortController()
    this.#stopping = stopping
    this.#failures = []
    this.#setCondition('connecting')
    if (!this.#init.read) this.#watchdog.move(performance.now() + this.#patience)
    // The source of before may still be ending.
    this.#running = this.#running.then(() => this.#run(stopping.signal))
  }

  /** Stops reading; resolves when nothing of the source runs any more. `start` may be called before that. */
  stop(state: 'idle' | 'full' = 'idle'): Promise<void> {
    this.#stopping?.abort('stopped')
    this.#stopping = undefined
    clearTimeout(this.#timer)
    this.#watchdog.clear()
    this.#setCondition(state)
    return this.#running
  }

  /** Takes a frame of its source, or one that was pushed, as a copy. Bytes that are no complete JPEG, or one that is too large, are ignored. */
  receive(bytes: Buffer): void {
    const head = readJpegHead(bytes)
    // A few bytes can claim a picture of gigabytes, which a render process would decode.
    if (!head || head.width * head.height > MAX_FRAME_PIXELS) return
    const room = new FrameRoom(bytes)
    // A hash would cost as much as sending it, and equal frames hardly come.
    const etag = `"${this.#tag}-${this.#totals.frames}"`
    const { width, height } = head
    this.#frame = { format: 'jpeg', bytes: room.bytes, width, height, animated: false, etag, room }
    this.#frameAt = performance.now()
    this.#times.push(this.#frameAt)
    if (this.#times.length > MAX_TIMES) this.#times.splice(0, MAX_TIMES / 2)
    this.#totals.frames += 1
    this.#totals.bytes += bytes.length
    // Frames can be pushed to a camera without viewers.
    if (this.isRunning) this.#onLive()
    this.#init.onFrame(this.#frame)
  }

  get #interval(): number {
    const { every, kind } = this.spec
    return kind === 'still' ? (parseDuration(every ?? '') ?? STILL_INTERVAL) : 0
  }

  /** Milliseconds without a frame after which its source is frozen. */
  get #patience(): number {
    return FROZEN + this.#interval
  }

  #onLive(): void {
    this.#watchdog.move(this.#frameAt + this.#patience)
    if (this.#condition.state === 'live') return
    clearTimeout(this.#timer)
    this.#setCondition('live')
  }

  #onFrozen(): void {
    const time = `${Math.round(this.#patience / 1000)} s`
    if (this.#init.read) this.#attempt?.abort(`no frame for ${time}`)
    else this.#fail(new InputError(`no frame was pushed for ${time}`, { isLasting: true }))
  }

  async #run(signal: AbortSignal): Promise<void> {
    const { read } = this.#init
    if (!read) return
    const backoff = new Backoff(PAUSES)
    while (!signal.aborted) {
      const startedAt = performance.now()
      const error = await this.#readOnce(read, signal)
      if (signal.aborted) return
      if (performance.now() - startedAt >= HEALTHY_AFTER) backoff.reset()
      backoff.fail()
      this.#totals.restarts += 1
      this.#fail(error)
      await pauseFor(backoff.pause, signal)
    }
  }

  async #readOnce(read: ReadInput, stopping: AbortSignal): Promise<InputError> {
    const attempt = new AbortController()
    this.#attempt = attempt
    this.#watchdog.move(performance.now() + this.#patience)
    const end = () => attempt.abort(stopping.reason)
    stopping.addEventListener('abort', end, { once: true })
    // A frame of a source that is being stopped comes too late.
    const onFrame = (bytes: Buffer) => {
      if (this.#attempt === attempt && !attempt.signal.aborted) this.receive(bytes)
    }
    try {
      return await read({ onFrame }, attempt.signal)
    } catch (error) {
      return error instanceof InputError ? error : new InputError((error as Error).message)
    } finally {
      stopping.removeEventListener('abort', end)
      this.#watchdog.clear()
    }
  }

  #fail({ message, tail, isLasting }: InputError): void {
    const now = performance.now()
    this.#failures = [...this.#failures, now].slice(-QUICK_FAILURES.count)
    const [first = now] = this.#failures
    const isOften = this.#failures.length === QUICK_FAILURES.count && now - first <= QUICK_FAILURES.within
    const left = LAST_FRAME_TIME - this.age
    const why = { why: message, tail }
    clearTimeout(this.#timer)
    if (left > 0 && !isLasting) {
      this.#setCondition('interrupted', why)
      this.#timer = setTimeout(() => this.#setCondition('offline', why), left)
    } else if (isOften || isLasting || this.#frame) this.#setCondition('offline', why)
    else this.#setCondition('connecting', why)
  }

  #setCondition(state: CameraState, { why, tail } = { why: '', tail: '' }): void {
    const before = this.#condition
    const isSame = before.state === state || (isDown(before.state) && isDown(state))
    const since = isSame ? before.since : Date.now()
    this.#condition = { state, since, why, tail }
    if (before.state !== state || before.why !== why || before.tail !== tail)
      this.#init.onCondition(this.#condition)
  }
}

/** Resolves after a time, or when the signal aborts; at once if it has. */
function pauseFor(time: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve()
    const end = () => {
      clearTimeout(timer)
      signal.removeEventListener('abort', end)
      resolve()
    }
    const timer = setTimeout(end, time)
    signal.addEventListener('abort', end)
  })
}
