import { FrameLook } from '../channel/frame-look.ts'
import type { FrameSink, FrameSource, GetPayers, Interest, SourceFrame } from '../channel/frame-source.ts'
import type { ChannelSpec } from '../channel/spec.ts'
import { notFound, PublicError, toPublicError } from '../errors.ts'
import type { Frame } from '../picture/frame.ts'
import type { Renderer } from '../render/renderer.ts'
import { toIso } from '../widget/date.ts'
import { MAX_FPS } from '../widget/picture-limits.ts'
import type { Size } from '../widget/widget.ts'
import { type Camera, type CameraCondition, isDown } from './camera.ts'
import type { Cameras } from './cameras.ts'

/** Milliseconds that a picture waits for a fresh frame. */
const PATIENCE = 2_000
/** Frames do not come exactly in time: one a little early is not left out. */
const SLACK = 0.8

/** The frames of a camera in one look. */
export class CameraFrameSource implements FrameSource {
  readonly isLively = true
  readonly awaitsFrames = true
  readonly size: Size
  readonly #cameras: Cameras
  readonly #key: string
  readonly #fps: number
  readonly #look: FrameLook
  #sink: FrameSink | undefined
  #release: (() => void) | undefined
  /** The newest frame that waits to be drawn. */
  #next: Frame | undefined
  #isDrawing = false
  /** The networks that watch, as the channel last named them. */
  #payers: GetPayers = () => ({ networks: [], count: 1 })
  #shownAt = Number.NEGATIVE_INFINITY

  constructor(cameras: Cameras, renderer: Renderer, spec: ChannelSpec) {
    this.#cameras = cameras
    this.#key = spec.key
    this.#fps = spec.look.fps || MAX_FPS
    this.#look = new FrameLook(renderer, spec)
    this.size = this.#look.sizeFor(cameras.find(spec.key)?.frame)
  }

  connect(sink: FrameSink): void {
    this.#sink = sink
  }

  async draw(interest: Interest, payers: GetPayers): Promise<SourceFrame | undefined> {
    this.#payers = payers
    const found = await this.#freshCamera()
    if (!found) {
      const card = await this.#look.draw({ frame: undefined, data: undefined }, interest, payers)
      return card && { frame: card, failure: noCamera(this.#key) }
    }
    const { camera, condition } = found
    const { frame } = camera
    if (frame && (condition.state === 'live' || camera.isFresh) && !isSilent(condition)) {
      const shown = await this.#toShown(frame, interest, payers)
      return shown && { frame: shown }
    }
    const data = toData(camera, this.#key, condition)
    // Programs that read streams take the size of the first frame for that of all.
    const input = { frame: condition.state === 'interrupted' ? frame : undefined, size: frame, data }
    const card = await this.#look.draw(input, interest, payers)
    const awaitsFrame = !isSilent(condition)
    return card && { frame: { ...card, awaitsFrame }, failure: offline(condition) }
  }

  onWatched(isWatched: boolean): void {
    this.#release?.()
    this.#release = undefined
    if (!isWatched) return
    this.#release = this.#cameras.watch(this.#key, {
      onFrame: (frame) => this.#onFrame(frame),
      onCondition: (condition) => {
        if (condition === undefined || isSilent(condition)) this.#sink?.redraw(0)
      },
    })
  }

  renew(): void {}

  close(): void {
    this.onWatched(false)
  }

  /** Resolves to the camera when it has a fresh frame, or cannot have one soon. It runs meanwhile. */
  async #freshCamera(): Promise<{ camera: Camera; condition: CameraCondition } | undefined> {
    const camera = this.#cameras.find(this.#key)
    if (!camera || camera.isFresh) return camera && { camera, condition: camera.condition }
    let timer: NodeJS.Timeout | undefined
    let release = () => {}
    await new Promise<void>((resolve) => {
      timer = setTimeout(resolve, PATIENCE)
      release = this.#cameras.watch(this.#key, {
        onFrame: () => resolve(),
        onCondition: (condition) => {
          if (!condition || isSilent(condition)) resolve()
        },
      })
      if (isSilent(camera.condition)) resolve()
    })
    clearTimeout(timer)
    const newest = this.#cameras.find(this.#key)
    // Read before the release: a camera that waited for its place is idle after it.
    const found = newest && { camera: newest, condition: newest.condition }
    release()
    return found
  }

  #onFrame(frame: Frame): void {
    if (this.#fps < MAX_FPS && !this.#isDue()) return
    if (this.#look.passes(frame)) return this.#sink?.push(frame)
    this.#next = frame
    if (!this.#isDrawing) void this.#drawNewest()
  }

  /** Whether the look's frame rate has place for a frame, which is then shown. */
  #isDue(): boolean {
    const now = performance.now()
    if (now - this.#shownAt < (1000 / this.#fps) * SLACK) return false
    this.#shownAt = now
    return true
  }

  /** Draws one frame at a time, always the newest: a look that is slower than its camera skips frames. */
  async #drawNewest(): Promise<void> {
    this.#isDrawing = true
    try {
      for (let frame = this.#takeNext(); frame && this.#isWatched(); frame = this.#takeNext()) {
        const shown = await this.#toShown(frame, () => (this.#isWatched() ? 2 : 0), this.#payers)
        if (shown && this.#isWatched()) this.#sink?.push(shown)
      }
    } catch (error) {
      this.#sink?.fail(toPublicError(error))
    } finally {
      this.#isDrawing = false
    }
  }

  #isWatched(): boolean {
    return this.#release !== undefined
  }

  #takeNext(): Frame | undefined {
    const frame = this.#next
    this.#next = undefined
    return frame
  }

  async #toShown(frame: Frame, interest: Interest, payers: GetPayers): Promise<Frame | undefined> {
    if (this.#look.passes(frame)) return frame
    const camera = this.#cameras.find(this.#key)
    return this.#look.draw({ frame, data: camera && toData(camera, this.#key) }, interest, payers)
  }
}

/** What the widget knows of a camera. @throws PublicError 404 if there is none of this key */
export function cameraData(cameras: Pick<Cameras, 'find'>, key: string): object {
  const camera = cameras.find(key)
  if (!camera) throw noCamera(key)
  return toData(camera, key)
}

function noCamera(key: string): PublicError {
  return notFound('there is no such camera', `there is no camera ${key}`)
}

/** What the widget draws: the name and the time of the overlay, and the condition of a camera without frames. */
function toData(camera: Camera, key: string, condition = camera.condition): object {
  const { spec, age } = camera
  const at = Number.isFinite(age) ? Date.now() - age : undefined
  return { name: spec.name ?? key, at, ...condition }
}

/** Whether no frame can be expected soon. */
function isSilent({ state }: CameraCondition): boolean {
  return isDown(state) || state === 'full'
}

function offline({ state, since, why, tail }: CameraCondition): PublicError {
  const caption = state === 'full' ? 'too many cameras run, try again later' : 'the camera has no picture'
  const at = isDown(state) ? `${caption} since ${toIso(since)}` : caption
  const detail = [at, why, tail].filter((part) => part !== '').join(': ')
  return new PublicError({ code: 'camera-offline', status: 503, caption, detail })
}
