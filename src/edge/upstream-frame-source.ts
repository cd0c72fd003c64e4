import type { FrameSink, FrameSource, SourceFrame } from '../channel/frame-source.ts'
import type { ChannelSpec } from '../channel/spec.ts'
import type { PublicError } from '../errors.ts'
import type { AgeMarks } from '../picture/age-marks.ts'
import type { Frame } from '../picture/frame.ts'
import { settledWithin } from '../system/settled-within.ts'
import { deviceOf } from '../widget/look-device.ts'
import { showsFrames } from '../widget/role.ts'
import type { UpstreamFrame } from './edge-protocol.ts'
import { unreachable } from './unreachable.ts'
import type { Upstream } from './upstream.ts'

/** Milliseconds that a picture waits for its first frame. */
const PATIENCE = 3_000
/** Milliseconds between two drawings of a picture's age. */
const AGE_INTERVAL = 10_000

/**
 * The frames of one picture, from the upstream: one for all viewers here. While the upstream is lost, the last picture is
 * marked with its age.
 */
export class UpstreamFrameSource implements FrameSource {
  readonly #upstream: Upstream
  readonly #spec: ChannelSpec
  readonly #marks: AgeMarks
  #sink: FrameSink | undefined
  #unwatch: (() => void) | undefined
  #newest: Frame | undefined
  #isLively: boolean | undefined
  #failure: PublicError | undefined
  /** When the upstream was lost; undefined while the newest frame is current. */
  #lostAt: number | undefined
  /** Called for the first frame, or the first failure. */
  #onFirst: () => void = () => {}

  constructor(upstream: Upstream, spec: ChannelSpec, marks: AgeMarks) {
    this.#upstream = upstream
    this.#spec = spec
    this.#marks = marks
  }

  get isLively(): boolean | undefined {
    return this.#isLively
  }

  get awaitsFrames(): boolean {
    return showsFrames(this.#upstream.manifests.get(this.#spec.widget)?.role)
  }

  connect(sink: FrameSink): void {
    this.#sink = sink
  }

  async draw(): Promise<SourceFrame> {
    this.#watch()
    if (!this.#newest && this.#upstream.isUp)
      await settledWithin(
        PATIENCE,
        new Promise<void>((resolve) => {
          this.#onFirst = resolve
        }),
      )
    const frame = this.#newest
    if (!frame) throw this.#failure ?? unreachable(this.#upstream.fault)
    if (this.#lostAt === undefined) return { frame }
    const { look } = this.#spec
    const age = performance.now() - this.#lostAt
    const marked = await this.#marks.add(frame, { ...look, device: deviceOf(look) }, age)
    return { frame: marked, next: AGE_INTERVAL }
  }

  isUnchanged(): boolean {
    return this.#newest !== undefined && this.#lostAt === undefined
  }

  /** The upstream's picture is kept until the channel ends, so that a viewer who returns sees it at once. */
  onWatched(isWatched: boolean): void {
    if (isWatched) this.#watch()
  }

  /** The upstream renews its own. */
  renew(): void {}

  close(): void {
    this.#unwatch?.()
    this.#unwatch = undefined
    this.#sink = undefined
  }

  #watch(): void {
    this.#unwatch ??= this.#upstream.watch(this.#spec, {
      onFrame: (frame) => this.#onFrame(frame),
      onFailure: (error) => this.#onFailure(error),
      onLost: (at) => {
        this.#lostAt = at
        this.#sink?.redraw(0)
      },
    })
  }

  #onFrame({ frame, isLively }: UpstreamFrame): void {
    this.#newest = frame
    this.#isLively = isLively
    this.#failure = undefined
    this.#lostAt = undefined
    this.#onFirst()
    this.#sink?.push(frame)
  }

  /** The next drawing asks again. */
  #onFailure(error: PublicError): void {
    this.#unwatch?.()
    this.#unwatch = undefined
    this.#newest = undefined
    this.#failure = error
    this.#onFirst()
    this.#sink?.fail(error)
  }
}
