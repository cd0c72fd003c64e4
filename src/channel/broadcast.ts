import type { Frame } from '../picture/frame.ts'
import { fanOut } from './fan-out.ts'
import type { ChannelObserver } from './observer.ts'
import type { Viewer } from './viewer.ts'

/** The options of a broadcast. */
export interface BroadcastInit {
  observer: ChannelObserver | undefined
  /** Makes the picture for viewers that wait too long for the first frame. */
  createPlaceholder(): Frame
  /** Called when the last viewer has left, or its connection has failed. */
  onEmpty(): void
}

/**
 * Milliseconds that a viewer waits for its first picture before it gets a placeholder. The page's `load` event waits for
 * the first picture, so a slow source must not delay it.
 */
const PATIENCE = 200

/** A fan-out may take one third of the time. */
const FANOUT_SHARE = 3

/** The viewers of one channel, and the frame that they see. */
export class Broadcast {
  readonly #init: BroadcastInit
  readonly #viewers = new Set<Viewer>()
  #frame: Frame | undefined
  #placeholder: Frame | undefined
  #patience: NodeJS.Timeout | undefined
  /** The newest of the frames that arrived during a fan-out. */
  #queued: Frame | undefined
  #isSending = false
  #fanOutTime = 0

  constructor(init: BroadcastInit) {
    this.#init = init
  }

  /** The number of viewers. */
  get size(): number {
    return this.#viewers.size
  }

  /** The newest frame that was sent. */
  get frame(): Frame | undefined {
    return this.#frame
  }

  get placeholder(): Frame {
    this.#placeholder ??= this.#init.createPlaceholder()
    return this.#placeholder
  }

  /** Milliseconds from the start of one fan-out to that of the next, so that a crowd does not starve new requests. */
  get pause(): number {
    return this.#fanOutTime * FANOUT_SHARE
  }

  /** Shows `viewer` the newest frame and all that follow. */
  add(viewer: Viewer): void {
    this.#viewers.add(viewer)
    const first = this.#frame ?? this.#placeholder
    if (first) this.#showTo(viewer, first)
    else this.#patience ??= setTimeout(() => this.#showPlaceholder(), PATIENCE)
  }

  /** Removes a viewer; again does nothing. */
  remove(viewer: Viewer): void {
    if (!this.#viewers.delete(viewer) || this.#viewers.size > 0) return
    this.#stopWaiting()
    this.#init.onEmpty()
  }

  /**
   * Shows a frame to every viewer. If frames arrive during a fan-out, only the newest is sent after it.
   * @param onShown called when the frame has been sent, or is queued behind another, with whether viewers were sent a new picture.
   */
  show(frame: Frame, onShown: (isNew: boolean) => void): void {
    if (this.#viewers.size === 0) {
      this.#queued = undefined
      this.#fanOutTime = 0
      this.#replace(frame)
      return onShown(false)
    }
    this.#queued = frame
    if (this.#isSending) return onShown(false)
    this.#isSending = true
    this.#sendQueued(false, onShown)
  }

  /** As `show`; resolves to what it calls back with. */
  showAndWait(frame: Frame): Promise<boolean> {
    return new Promise((resolve) => this.show(frame, resolve))
  }

  /** Stops showing frames. Returns the viewers, which the caller must end. */
  removeAll(): readonly Viewer[] {
    this.#stopWaiting()
    const viewers = [...this.#viewers]
    this.#viewers.clear()
    this.#queued = undefined
    return viewers
  }

  /** Returns whether the frame differs from the previous one. */
  #replace(frame: Frame): boolean {
    this.#stopWaiting()
    const before = this.#frame
    // Also replaces a frame of equal bytes, so that the older buffer is freed.
    this.#frame = frame
    if (frame === before) return false
    const isUnchanged = before?.bytes.equals(frame.bytes) ?? false
    if (isUnchanged) this.#init.observer?.unchanged()
    return !isUnchanged
  }

  /** @param isNew whether viewers were already sent a new picture. */
  #sendQueued(isNew: boolean, onShown: (isNew: boolean) => void): void {
    const frame = this.#queued
    this.#queued = undefined
    // Each viewer already has a frame of equal bytes, since it was new or since the viewer joined.
    if (!frame || !this.#replace(frame)) {
      this.#isSending = false
      return onShown(isNew)
    }
    const show = (viewer: Viewer) => this.#showTo(viewer, frame)
    fanOut(this.#viewers, frame, show, (took) => {
      this.#fanOutTime = took
      try {
        if (this.#viewers.size > 0) this.#init.observer?.fannedOut(took)
      } finally {
        this.#sendQueued(true, onShown)
      }
    })
  }

  /** A viewer whose connection fails is removed, and the others are not affected. */
  #showTo(viewer: Viewer, frame: Frame): void {
    try {
      viewer.show(frame)
    } catch {
      // Its end may fail as its sending did, for want of memory: the others' frames must not stop.
      attempt(() => viewer.end('failed'))
      attempt(() => this.remove(viewer))
    }
  }

  #showPlaceholder(): void {
    for (const viewer of this.#viewers) this.#showTo(viewer, this.placeholder)
  }

  #stopWaiting(): void {
    clearTimeout(this.#patience)
    this.#patience = undefined
  }
}

/** An error is reported as an uncaught one, and nothing here stops for it. */
function attempt(step: () => void): void {
  try {
    step()
  } catch (error) {
    queueMicrotask(() => {
      throw error
    })
  }
}
