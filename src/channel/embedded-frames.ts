import { toPublicError } from '../errors.ts'
import { type Cards, NO_PICTURE } from '../picture/cards.ts'
import type { Frame } from '../picture/frame.ts'
import type { ChannelSpec, EmbeddedSpec } from './spec.ts'
import { STILL_LIMITS, type StillPatience } from './still.ts'
import type { Viewer } from './viewer.ts'

/** The channel of an embedded picture. */
export interface EmbeddedChannel {
  /** Shows `viewer` the newest frame and all later ones. Returns a function that removes the viewer. */
  join(viewer: Viewer): () => void
  /** Resolves to a current frame; rejects with a `PublicError`. */
  still(patience: StillPatience): Promise<Frame>
}

/** The channels of embedded pictures. */
export interface EmbeddedChannels {
  /** Finds or starts a channel. @throws PublicError 503 if there are too many. */
  openEmbedded(spec: ChannelSpec): EmbeddedChannel
}

/** A picture of another channel, for a widget to draw. */
export interface EmbeddedFrame {
  path: string
  frame: Frame
}

/** An embedded picture that is watched. */
interface Watched {
  frame: Frame | undefined
  leave(): void
}

/** The frames of the pictures embedded in one picture: followed while it is watched, otherwise drawn on request. */
export class EmbeddedFrames {
  readonly #channels: EmbeddedChannels
  readonly #cards: Cards
  readonly #onChange: () => void
  readonly #watched = new Map<string, Watched>()

  /** @param onChange called when a watched picture has a new frame. */
  constructor(channels: EmbeddedChannels, cards: Cards, onChange: () => void) {
    this.#channels = channels
    this.#cards = cards
    this.#onChange = onChange
  }

  /** Starts to follow those of these pictures that are not followed yet. */
  watch(specs: readonly EmbeddedSpec[]): void {
    for (const { path, spec } of specs) if (spec && !this.#watched.has(path)) this.#join(path, spec)
  }

  /** Stops following all pictures. */
  unwatch(): void {
    const watched = [...this.#watched.values()]
    this.#watched.clear()
    for (const { leave } of watched) leave()
  }

  /** The current frame of each picture, or an error card if one fails. Never rejects. */
  async frames(specs: readonly EmbeddedSpec[]): Promise<readonly EmbeddedFrame[]> {
    return Promise.all(
      specs.map(async ({ path, spec, caption = '', scale = 1 }) => {
        if (!spec) return { path, frame: this.#cards.readableError({ ...NO_PICTURE, scale }, caption) }
        const watched = this.#watched.get(path)
        // A picture that is watched is drawn again when this one comes.
        const patience = watched ? {} : { cold: STILL_LIMITS.embeddedPatience }
        return { path, frame: watched?.frame ?? (await this.#still(spec, patience)) }
      }),
    )
  }

  #join(path: string, spec: ChannelSpec): void {
    const watched: Watched = { frame: undefined, leave() {} }
    this.#watched.set(path, watched)
    const show = (frame: Frame) => {
      watched.frame = frame
      this.#onChange()
    }
    try {
      watched.leave = this.#channels.openEmbedded(spec).join({ show, end() {} })
    } catch (error) {
      show(this.#card(spec, error))
    }
  }

  async #still(spec: ChannelSpec, patience: StillPatience): Promise<Frame> {
    try {
      return await this.#channels.openEmbedded(spec).still(patience)
    } catch (error) {
      return this.#card(spec, error)
    }
  }

  #card({ look }: ChannelSpec, error: unknown): Frame {
    return this.#cards.error(look, toPublicError(error).caption)
  }
}
