import { type PublicError, toPublicError } from '../errors.ts'
import type { Cards } from '../picture/cards.ts'
import type { Frame } from '../picture/frame.ts'
import type { Drawing } from '../render/protocol.ts'
import { Abandoned, RenderError } from '../render/render-error.ts'
import type { Look } from '../widget/look.ts'
import { fanOut } from './fan-out.ts'
import type { ChannelObserver } from './observer.ts'
import type { Viewer } from './viewer.ts'

/** The clockwork of a channel; all in milliseconds. */
export interface Pace {
  /** The least time between two pictures that events ask for. */
  minInterval: number
  /** The longest time between two drawings while anybody watches: heals whatever event was lost. */
  heartbeat: number
  /** How long a channel outlives its last viewer. */
  linger: number
}

/** What a channel is made of. */
export interface ChannelInit {
  look: Look
  pace: Pace
  cards: Cards
  observer?: ChannelObserver | undefined
  /**
   * Draws the picture as things are now; rejects with a `PublicError`, or with `Abandoned` where `interest` is 0 when
   * its turn comes, and never throws at once.
   * @param interest 2 while somebody watches, 1 for a still, 0 for nobody.
   */
  draw(interest: () => number): Promise<Drawing>
  /** Told when the first viewer comes, and when the last has gone. */
  onWatched(isWatched: boolean): void
  /** Draws one frame of what is an animation, for a still that cannot wait for all of it. */
  drawOne?: ((interest: () => number) => Promise<Drawing>) | undefined
  /** Told once, when nobody has watched for `linger`. */
  onIdle(): void
}

/**
 * How long a viewer may wait for its first picture before a placeholder is shown. The page around the picture has
 * no `load` event before the first one is there, so no page may hang on a slow widget.
 */
const PATIENCE = 200
/** How long a still may wait for its drawing: image proxies give up after four seconds and get theirs within one. */
const STILL_PATIENCE = 700
/** When a still no longer counts on the whole of an animation: a process that draws for many may not get it done. */
const ANIMATION_STILL_PATIENCE = 350
/** Fanning out may take one part in so many of the time, so that a crowd does not starve new requests. */
const FANOUT_SHARE = 3

/** Heartbeats between two drawings of an animation that nothing asked for. */
const ANIMATION_PATIENCE = 10

/** One live picture (room and look), drawn once for everyone who watches and only while somebody does. */
export class Channel {
  readonly #init: ChannelInit
  readonly #viewers = new Set<Viewer>()
  #frame: Frame | undefined
  #placeholder: Frame | undefined
  #oneFrame: Frame | undefined
  /** Why the newest picture is an error card. */
  #failure: PublicError | undefined
  /** Nothing has happened since the newest picture was asked for. */
  #fresh = false
  /** When the clock makes the newest picture old. */
  #goodUntil = 0
  #lastDrawAt = Number.NEGATIVE_INFINITY
  /** What showing the last picture to everyone took of this process's time. */
  #fanoutTime = 0
  /** The least time before the next picture, as whatever asked for it wishes. */
  #interval: number
  #drawing: Promise<void> | undefined
  #timer: NodeJS.Timeout | undefined
  #timerAt = Number.POSITIVE_INFINITY
  #patience: NodeJS.Timeout | undefined
  #linger: NodeJS.Timeout | undefined
  /** Stills that are being waited for. */
  #stills = 0
  #closed = false

  constructor(init: ChannelInit) {
    this.#init = init
    this.#interval = init.pace.minInterval
    this.#rest()
  }

  /** How many watch. */
  get size(): number {
    return this.#viewers.size
  }

  /** Shows `viewer` the newest picture and all that follow; answers what ends that. */
  join(viewer: Viewer): () => void {
    if (this.#closed) {
      viewer.end('stopping')
      return () => {}
    }
    this.#viewers.add(viewer)
    clearTimeout(this.#linger)
    if (this.#viewers.size === 1) this.#init.onWatched(true)
    const first = this.#frame ?? this.#placeholder
    if (first) this.#showTo(viewer, first)
    else this.#patience ??= setTimeout(() => this.#showPlaceholder(), PATIENCE)
    if (!this.#isGood()) this.redraw()
    else this.#schedule(this.#goodUntil)
    return () => this.#leave(viewer)
  }

  /**
   * Something changed: draws soon, or with the next viewer.
   * @param interval the least milliseconds between two pictures for it. @default `pace.minInterval`
   */
  redraw(interval = this.#init.pace.minInterval): void {
    this.#fresh = false
    this.#interval = Math.min(this.#interval, interval)
    if (this.#viewers.size > 0) this.#schedule(this.#lastDrawAt + this.#floor())
  }

  /**
   * One picture of how things are now; a placeholder where that takes too long. Rejects with the `PublicError` of a
   * drawing that failed: a still has a status to say so with.
   */
  async still(): Promise<Frame> {
    if (this.#viewers.size === 0) this.#rest()
    let timer: NodeJS.Timeout | undefined
    const patience = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, STILL_PATIENCE)
    })
    const sooner = setTimeout(() => void this.#drawOneFrame(), ANIMATION_STILL_PATIENCE)
    this.#stills += 1
    try {
      await Promise.race([this.#drawUntilGood(), patience])
    } finally {
      this.#stills -= 1
      clearTimeout(timer)
      clearTimeout(sooner)
    }
    if (this.#failure) throw this.#failure
    return this.#frame ?? this.#oneFrame ?? this.#makePlaceholder()
  }

  /** Stops every timer and shows nothing more. Returns the viewers it had, which the caller must end. */
  close(): readonly Viewer[] {
    this.#closed = true
    for (const timer of [this.#timer, this.#patience, this.#linger]) clearTimeout(timer)
    if (this.#viewers.size > 0) this.#init.onWatched(false)
    const viewers = [...this.#viewers]
    this.#viewers.clear()
    return viewers
  }

  #isGood(): boolean {
    return this.#frame !== undefined && this.#fresh && performance.now() < this.#goodUntil
  }

  #interest(): number {
    if (this.#viewers.size > 0) return 2
    return this.#stills > 0 ? 1 : 0
  }

  #floor(): number {
    return Math.max(this.#interval, this.#fanoutTime * FANOUT_SHARE)
  }

  async #drawUntilGood(): Promise<void> {
    for (let turn = 0; turn < 3 && !this.#isGood() && !this.#closed; turn += 1) await this.#draw()
  }

  async #drawOneFrame(): Promise<void> {
    if (this.#frame || this.#closed) return
    const drawing = await this.#init.drawOne?.(() => this.#interest()).catch(() => undefined)
    this.#oneFrame = drawing?.frame ?? this.#oneFrame
  }

  #schedule(at: number): void {
    if (this.#closed || this.#timerAt <= at) return
    clearTimeout(this.#timer)
    this.#timerAt = at
    this.#timer = setTimeout(() => this.#wake(), Math.ceil(Math.max(0, at - performance.now())))
  }

  #wake(): void {
    this.#timerAt = Number.POSITIVE_INFINITY
    if (this.#viewers.size > 0) void this.#draw()
  }

  /** One request under way at a time: an animation that is slower than its clock skips, and never queues. */
  #draw(): Promise<void> {
    this.#drawing ??= this.#drawOnce()
    return this.#drawing
  }

  #endDrawing(): void {
    this.#drawing = undefined
    if (this.#viewers.size === 0 || this.#closed) return
    const due = this.#fresh ? this.#goodUntil : this.#lastDrawAt + this.#floor()
    this.#schedule(Math.max(due, this.#lastDrawAt + this.#fanoutTime * FANOUT_SHARE))
  }

  async #drawOnce(): Promise<void> {
    const askedAt = performance.now()
    this.#lastDrawAt = askedAt
    this.#fresh = true
    const { heartbeat, minInterval } = this.#init.pace
    this.#interval = minInterval
    try {
      const { frame, next = Number.POSITIVE_INFINITY } = await this.#init.draw(() => this.#interest())
      // An animation takes as many drawings as it has frames, so what an event may have missed is healed less often.
      const patience = frame.animated ? heartbeat * ANIMATION_PATIENCE : heartbeat
      this.#goodUntil = askedAt + Math.min(next, patience)
      this.#failure = undefined
      await this.#show(frame)
    } catch (error) {
      if (error instanceof Abandoned) {
        this.#fresh = false
        return
      }
      this.#failure = toPublicError(error)
      this.#goodUntil =
        performance.now() + Math.max(heartbeat, error instanceof RenderError ? error.retryIn : 0)
      await this.#show(
        this.#init.cards.error({ ...this.#init.look, ...sizeOf(this.#frame) }, this.#failure.caption),
      )
    } finally {
      this.#endDrawing()
    }
  }

  async #show(frame: Frame): Promise<void> {
    clearTimeout(this.#patience)
    this.#patience = undefined
    // Equal bytes are nothing new to anyone: each viewer got the frame before when it was new or when it joined.
    if (this.#frame?.bytes.equals(frame.bytes)) return this.#init.observer?.unchanged()
    this.#frame = frame
    this.#fanoutTime = await fanOut(this.#viewers, frame, (viewer) => this.#showTo(viewer, frame))
    if (this.#viewers.size > 0) this.#init.observer?.fannedOut(this.#fanoutTime)
  }

  /** A viewer whose response is broken is none any more, and no other viewer's trouble. */
  #showTo(viewer: Viewer, frame: Frame): void {
    try {
      viewer.show(frame)
    } catch {
      viewer.end('failed')
      this.#leave(viewer)
    }
  }

  #leave(viewer: Viewer): void {
    if (!this.#viewers.delete(viewer) || this.#viewers.size > 0) return
    this.#init.onWatched(false)
    this.#rest()
  }

  #showPlaceholder(): void {
    const frame = this.#makePlaceholder()
    for (const viewer of this.#viewers) this.#showTo(viewer, frame)
  }

  #makePlaceholder(): Frame {
    this.#placeholder ??= this.#init.cards.placeholder(this.#init.look)
    return this.#placeholder
  }

  #rest(): void {
    for (const timer of [this.#timer, this.#patience, this.#linger]) clearTimeout(timer)
    if (this.#closed) return
    this.#timerAt = Number.POSITIVE_INFINITY
    this.#patience = undefined
    this.#linger = setTimeout(() => this.#init.onIdle(), this.#init.pace.linger)
  }
}

function sizeOf(frame: Frame | undefined): { width: number; height: number } | undefined {
  return frame && { width: frame.width, height: frame.height }
}
