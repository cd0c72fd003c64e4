import { FrameLook } from '../channel/frame-look.ts'
import type { FrameSink, FrameSource, GetPayers, Interest, SourceFrame } from '../channel/frame-source.ts'
import type { ChannelSpec } from '../channel/spec.ts'
import type { Frame } from '../picture/frame.ts'
import type { Renderer } from '../render/renderer.ts'
import type { Size } from '../widget/widget.ts'
import type { StoredPicture } from './pushed-picture.ts'
import type { PushedPictures } from './pushed-pictures.ts'

const MINUTE = 60_000

/** The frames of one picture that scripts push. */
export class PushedFrameSource implements FrameSource {
  readonly isLively = false
  readonly size: Size
  readonly #pictures: PushedPictures
  readonly #key: string
  readonly #look: FrameLook
  #stop = () => {}
  /** The newest drawing, and what it was drawn from. */
  #last: { frame: Frame; input: string } | undefined

  constructor(pictures: PushedPictures, renderer: Renderer, spec: ChannelSpec) {
    this.#pictures = pictures
    this.#key = spec.key
    this.#look = new FrameLook(renderer, spec)
    this.size = this.#look.sizeFor(pictures.get(spec.key))
  }

  // The bus redraws the picture when another one is pushed here. Another node's is known only later.
  connect(sink: FrameSink): void {
    this.#stop = this.#pictures.onChange(this.#key, () => sink.redraw(0))
  }

  async draw(interest: Interest, payers: GetPayers): Promise<SourceFrame | undefined> {
    const stored = this.#pictures.get(this.#key)
    const frame = stored && (await this.#pictures.frameOf(stored))
    const { late, next } = lateness(frame && stored, this.#pictures.now())
    if (frame && late === undefined && this.#look.passes(frame)) return { frame, next }
    const input = `${frame?.etag} ${late}`
    if (this.#last?.input === input) return { frame: this.#last.frame, next }
    const drawn = await this.#look.draw({ frame, data: { stored, late } }, interest, payers)
    if (!drawn) return undefined
    this.#last = { frame: drawn, input }
    return { frame: drawn, next }
  }

  onWatched(): void {}

  renew(): void {
    this.#last = undefined
  }

  close(): void {
    this.#stop()
  }
}

/** The words for a picture that was not pushed again in time, and the milliseconds until they change. */
function lateness(
  stored: StoredPicture | undefined,
  now: number,
): { late: string | undefined; next: number | undefined } {
  const { at = 0, lateAt } = stored ?? {}
  if (lateAt === undefined) return { late: undefined, next: undefined }
  if (now < lateAt) return { late: undefined, next: lateAt - now }
  const age = now - at
  return { late: `no new picture for ${writeAge(age)}`, next: MINUTE - (age % MINUTE) }
}

/** Whole minutes, hours or days, rounded down: words that change seldom are drawn seldom. */
function writeAge(age: number): string {
  const minutes = Math.floor(age / MINUTE)
  if (minutes < 1) return 'less than a minute'
  if (minutes < 120) return `${minutes} min`
  return minutes < 2_880 ? `${Math.floor(minutes / 60)} h` : `${Math.floor(minutes / 1_440)} days`
}
