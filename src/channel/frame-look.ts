import { MAX_PIXELS } from '../picture/draw-canvas.ts'
import type { Frame } from '../picture/frame.ts'
import { frameSize } from '../picture/place-frame.ts'
import { Abandoned } from '../render/render-error.ts'
import type { Renderer } from '../render/renderer.ts'
import { lookKey, parseLook } from '../widget/look.ts'
import { FRAME_SIZE } from '../widget/manifest.ts'
import { MAX_SIDE } from '../widget/picture-limits.ts'
import type { Size } from '../widget/widget.ts'
import type { GetPayers, Interest } from './frame-source.ts'
import type { ChannelSpec } from './spec.ts'

/** A frame from elsewhere, and data that is drawn on it. */
export interface FrameInput {
  /** The frame; undefined for the widget's own picture in its place. */
  frame: Frame | undefined
  /** The size that a frame has, where there is none now. @default that of the widget's own picture */
  size?: Size | undefined
  /** The data of the drawing. */
  data: unknown
}

/**
 * The look of one picture of frames from elsewhere. Frames of the picture's own format pass untouched, without being decoded,
 * unless the look asks for another picture. All others are drawn in a render process.
 */
export class FrameLook {
  readonly #renderer: Pick<Renderer, 'draw' | 'manifests'>
  readonly #spec: ChannelSpec
  #isPlain: { manifests: unknown; isPlain: boolean } | undefined

  constructor(renderer: Pick<Renderer, 'draw' | 'manifests'>, spec: ChannelSpec) {
    this.#renderer = renderer
    this.#spec = spec
  }

  /** Returns the size of the picture of a frame, before it is rotated. */
  sizeFor(frame: Size | undefined): Size {
    const { look } = this.#spec
    return frameSize(look, String(look.params.crop ?? ''), frame ?? FRAME_SIZE)
  }

  /** Whether a frame is the picture as it is. */
  passes(frame: Frame): boolean {
    return frame.format === this.#spec.look.format && this.#asksNothing()
  }

  /** Draws the picture. Resolves to undefined if no client waits for it when its turn comes; rejects with a `PublicError`. */
  async draw(input: FrameInput, interest: Interest, payers: GetPayers): Promise<Frame | undefined> {
    const { frame, size, data } = input
    const job = {
      ...{ ...this.#spec, connections: 0, visitors: 0, peak: 0, time: Date.now() },
      // Its frames come one by one: a GIF of it is one frame.
      look: { ...this.#spec.look, animate: 'off' as const, ...(size && this.#cardSizeFor(size)) },
      ...{ pushed: { data }, embedded: frame ? [{ path: 'frame', frame }] : [] },
    }
    try {
      return (await this.#renderer.draw(job, interest, payers)).frame
    } catch (error) {
      if (error instanceof Abandoned) return undefined
      throw error
    }
  }

  /** Frames that pass untouched can be larger than any picture that is drawn: a card in place of one is as large as it can be. */
  #cardSizeFor(frame: Size): Size {
    const { width, height } = this.sizeFor(frame)
    const pixels = width * height * this.#spec.look.scale ** 2
    const share = Math.min(Math.sqrt(MAX_PIXELS / pixels), MAX_SIDE / width, MAX_SIDE / height)
    if (share >= 1) return { width, height }
    return { width: Math.max(1, Math.floor(width * share)), height: Math.max(1, Math.floor(height * share)) }
  }

  /** Whether the look is the default one of its format. The frame rate limits how many frames are shown, not how. */
  #asksNothing(): boolean {
    const { manifests } = this.#renderer
    if (this.#isPlain?.manifests === manifests) return this.#isPlain.isPlain
    const { widget, look } = this.#spec
    const manifest = manifests.get(widget)
    const plain = manifest && parseLook(manifest, look.format, new URLSearchParams())
    const isPlain = plain !== undefined && lookKey({ ...look, fps: plain.fps }) === lookKey(plain)
    this.#isPlain = { manifests, isPlain }
    return isPlain
  }
}
