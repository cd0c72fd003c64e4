import { type PublicError, toPublicError } from '../errors.ts'
import type { Frame } from '../picture/frame.ts'
import type { Payers } from '../render/fair-shares.ts'
import { Alarm } from '../system/alarm.ts'
import { Broadcast } from './broadcast.ts'
import { CardError } from './card-error.ts'
import { type ChannelInit, createPlaceholder } from './channel-init.ts'
import type { FrameSink, GetPayers, Interest } from './frame-source.ts'
import { Freshness } from './freshness.ts'
import type { GoodFrame } from './last-frames.ts'
import { BUSY_INTERVAL, heartbeatOf } from './pace.ts'
import { PayerList } from './payer-list.ts'
import { Punctuality } from './punctuality.ts'
import { chooseStill, STILL_LIMITS, type Still, type StillPatience, waitForDrawing } from './still.ts'
import type { Viewer } from './viewer.ts'

/** One live picture (room and look), drawn once for all its viewers, and only while it has any. */
export class Channel implements FrameSink {
  readonly #init: ChannelInit
  readonly #broadcast: Broadcast
  readonly #punctuality: Punctuality
  readonly #payers = new PayerList()
  readonly #freshness = new Freshness()
  readonly #alarm = new Alarm(() => this.#onTime())
  /** The frame for stills, if `drawSooner` finished before `draw`. */
  #soonerFrame: Frame | undefined
  /** Why the newest picture is an error card. */
  #failure: PublicError | undefined
  #lastGood: GoodFrame | undefined
  #changesAt = Number.POSITIVE_INFINITY
  #lastDrawAt = Number.NEGATIVE_INFINITY
  /** The minimum time before the next drawing, as its events request. */
  #interval: number
  #drawing: Promise<void> | undefined
  /** The newest pushed frame that was not shown yet. */
  #pushed: Frame | undefined
  #pushedAt = Number.NEGATIVE_INFINITY
  #linger: NodeJS.Timeout | undefined
  #waitingStills = 0
  #isClosed = false

  constructor(init: ChannelInit) {
    this.#init = init
    this.#punctuality = new Punctuality(init.observer, init.sheet.fps ?? 0)
    this.#interval = init.pace.minInterval
    this.#lastGood = init.lastGood
    this.#broadcast = new Broadcast({
      observer: init.observer,
      createPlaceholder: () => createPlaceholder(init),
      onEmpty: () => this.#onEmpty(),
    })
    init.source.connect(this)
    this.#rest()
  }

  /** The number of viewers. */
  get size(): number {
    return this.#broadcast.size
  }

  /** Whether the picture moves or counts, and does not rest until somebody sets it; undefined until it is shown. */
  get isLively(): boolean | undefined {
    return this.#broadcast.frame && this.#init.source.isLively
  }

  /** Milliseconds since its newest good frame was current, while its drawings fail; else 0. */
  get age(): number {
    return this.#failure && this.#lastGood ? performance.now() - this.#lastGood.at : 0
  }

  /** The networks that watch, or wait for a still. */
  get payers(): Payers {
    return this.#payers.get()
  }

  /**
   * Shows `viewer` the newest frame and all later ones. Returns a function that removes the viewer; call it once.
   * @param network the network to which its part of the drawings is charged. @default none
   */
  join(viewer: Viewer, network?: string): () => void {
    if (this.#isClosed) {
      viewer.end('stopping')
      return () => {}
    }
    this.#linger = void clearTimeout(this.#linger)
    if (this.size === 0) this.#onWatched(true)
    const stopPaying = this.#payers.add(network)
    this.#broadcast.add(viewer)
    if (!this.#isCurrent()) this.#redraw()
    else this.#schedule(this.#freshness.until)
    return () => {
      stopPaying()
      this.#broadcast.remove(viewer)
    }
  }

  /** Milliseconds until the clock alone changes the newest frame; infinite if it never does. */
  get changesIn(): number {
    return Math.max(0, this.#changesAt - performance.now())
  }

  /**
   * Resolves to a current frame. If that takes too long, or the drawing fails, resolves to the last good frame with its
   * age; without one, to a placeholder, or rejects with the `PublicError` of the drawing.
   * @param network the network to which its part of the drawing is charged. @default none
   */
  async still(network?: string, patience: StillPatience = {}): Promise<Still> {
    if (this.size === 0) this.#rest()
    const [from, stopPaying] = [performance.now(), this.#payers.add(network)]
    this.#waitingStills += 1
    const isCold = () => !(this.#broadcast.frame ?? this.#soonerFrame ?? this.#lastGood)
    const drawing = this.#drawUntilCurrent()
    const isDone = await waitForDrawing(drawing, patience, () => this.#drawSooner(), isCold).finally(() => {
      this.#waitingStills -= 1
      stopPaying()
    })
    const [frame = this.#soonerFrame, last] = [this.#broadcast.frame, this.#lastGood]
    // Of a picture that changes all the time there is none newer than one drawn for this still.
    const isNew = (isDone && this.#isCurrent()) || Number(last?.at) >= from || frame === this.#soonerFrame
    return chooseStill({ failure: this.#failure, current: isNew ? frame : undefined, last }, this.#broadcast)
  }

  redraw(interval?: number): void {
    this.#punctuality.onChange()
    this.#redraw(interval)
  }

  #redraw(interval = this.#init.pace.minInterval): void {
    this.#freshness.end()
    this.#interval = Math.min(this.#interval, interval)
    this.#schedule(this.#earliestDraw())
  }

  push(frame: Frame): void {
    if (this.#isClosed) return
    const now = performance.now()
    this.#failure = undefined
    this.#freshness.renew()
    this.#freshness.until = now + this.#init.pace.heartbeat
    this.#lastGood = { frame, at: now }
    this.#pushed = frame
    this.#punctuality.onChange(now)
    const due = this.#pushedAt + this.#broadcast.pause
    if (this.size === 0 || now >= due) this.#showPushed(now)
    else this.#alarm.move(due)
  }

  fail(error: PublicError): void {
    if (this.#isClosed) return
    this.#pushed = undefined
    void this.#showFailure(error)
  }

  /** Rebuilds the frame source, because its code or configuration has changed, and redraws. From now on a failure shows. */
  renew(): void {
    this.#lastGood = undefined
    this.#init.source.renew()
    this.#redraw()
  }

  /** Stops every timer and shows no more frames. Returns the viewers, which the caller must end. */
  close(): readonly Viewer[] {
    if (this.#isClosed) return []
    this.#isClosed = true
    this.#alarm.clear()
    clearTimeout(this.#linger)
    if (this.size > 0) this.#onWatched(false)
    this.#init.source.close()
    if (this.#lastGood) this.#init.onLastGood?.(this.#lastGood)
    return this.#broadcast.removeAll()
  }

  #isCurrent(): boolean {
    return this.#broadcast.frame !== undefined && this.#freshness.isCurrent
  }

  #demand(): [Interest, GetPayers] {
    return [() => (this.size > 0 ? 2 : this.#waitingStills > 0 ? 1 : 0), () => this.#payers.get()]
  }

  #earliestDraw(): number {
    return this.#lastDrawAt + Math.max(this.#interval, this.#broadcast.pause)
  }

  async #drawUntilCurrent(): Promise<void> {
    for (let turn = 0; turn < STILL_LIMITS.drawings && !this.#isClosed; turn += 1)
      if (this.#drawing || !this.#isCurrent()) await this.#draw()
  }

  /** Resolves to whether there is one frame of an animation. */
  async #drawSooner(): Promise<boolean> {
    if (this.#broadcast.frame || this.#isClosed) return false
    // If it fails, `draw` fails too, and its error is reported.
    const drawing = await this.#init.source.drawSooner?.(...this.#demand()).catch(() => undefined)
    if (drawing) this.#soonerFrame = { ...drawing.frame, isIncomplete: true }
    return this.#soonerFrame !== undefined
  }

  #schedule(at: number): void {
    if (this.size > 0) this.#alarm.set(at)
  }

  #onTime(): void {
    if (this.#pushed) this.#showPushed()
    else if (this.size > 0 && !this.#extend()) void this.#draw()
  }

  /** Lets the newest frame stand for longer each time that nothing has changed; returns whether it does. */
  #extend(): boolean {
    const { source, pace } = this.#init
    if (!this.#freshness.isFresh || this.#failure || this.#drawing || this.#broadcast.frame?.animated)
      return false
    if (!source.isUnchanged?.()) return false
    this.#freshness.extend(pace.heartbeat)
    if (this.#lastGood) this.#lastGood.at = performance.now()
    this.#schedule(this.#freshness.until)
    return true
  }

  #showPushed(now = performance.now()): void {
    const frame = this.#pushed
    this.#pushed = undefined
    this.#pushedAt = now
    const changedAt = this.#punctuality.takeChange()
    if (frame) this.#broadcast.show(frame, (isNew) => isNew && this.#punctuality.onShown(changedAt))
    if (this.size > 0)
      this.#alarm.move(this.#freshness.isFresh ? this.#freshness.until : this.#earliestDraw())
  }

  /** One drawing is under way at a time: an animation that is slower than its clock skips frames and never queues. */
  #draw(): Promise<void> {
    this.#drawing ??= this.#drawOnce()
    return this.#drawing
  }

  async #drawOnce(): Promise<void> {
    const [startedAt, { source, pace }] = [performance.now(), this.#init]
    this.#lastDrawAt = startedAt
    this.#freshness.renew()
    this.#interval = pace.minInterval
    const changedAt = this.#punctuality.takeChange()
    let isShown = false
    try {
      const drawing = await source.draw(...this.#demand())
      if (!drawing) return this.#freshness.end()
      if (drawing.failure) return await this.#showFailure(drawing.failure, drawing.frame)
      const { frame, next = Number.POSITIVE_INFINITY, rooms = [] } = drawing
      this.#init.onRooms?.(rooms)
      this.#freshness.until = startedAt + Math.min(next, heartbeatOf(pace, frame))
      this.#changesAt = startedAt + next
      this.#failure = undefined
      if (!frame.isPlaceholder) this.#lastGood = { frame, at: startedAt }
      else if (this.size === 0) this.#freshness.end()
      if (this.#isClosed && this.#lastGood) this.#init.onLastGood?.(this.#lastGood)
      isShown = true
      if (await this.#broadcast.showAndWait(frame)) this.#punctuality.onShown(changedAt)
    } catch (error) {
      await this.#showFailure(toPublicError(error))
    } finally {
      this.#drawing = undefined
      if (!isShown && !this.#freshness.isFresh) this.#punctuality.restoreChange(changedAt)
      if (!this.#broadcast.frame?.animated) this.#punctuality.onDrawn(startedAt, isShown)
      const due = this.#freshness.isFresh ? this.#freshness.until : this.#earliestDraw()
      this.#schedule(Math.max(due, this.#lastDrawAt + this.#broadcast.pause))
    }
  }

  async #showFailure(error: PublicError, card?: Frame): Promise<void> {
    const { cards, sheet, pace } = this.#init
    // A viewer that has a picture keeps it while there is too much to draw.
    if (error.code === 'too-busy' && this.#broadcast.frame && !this.#failure) {
      this.#freshness.end()
      this.#interval = BUSY_INTERVAL
      return
    }
    this.#failure = card ? new CardError(error, card) : error
    this.#freshness.until = performance.now() + Math.max(pace.heartbeat, error.retryIn)
    await this.#broadcast.showAndWait(card ?? cards.error(sheet, error.caption, this.#broadcast.frame))
  }

  #onWatched(isWatched: boolean): void {
    this.#punctuality.onWatched(isWatched)
    this.#init.source.onWatched(isWatched)
  }

  #onEmpty(): void {
    if (this.#isClosed) return
    if (this.#pushed) this.#showPushed()
    this.#onWatched(false)
    this.#rest()
  }

  #rest(): void {
    this.#alarm.clear()
    clearTimeout(this.#linger)
    if (!this.#isClosed) this.#linger = setTimeout(() => this.#init.onIdle(), this.#init.pace.linger)
  }
}
