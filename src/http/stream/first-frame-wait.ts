import type { EndReason } from '../../channel/viewer.ts'
import type { Frame } from '../../picture/frame.ts'
import type { SessionViewer } from '../../viewer/viewer-session.ts'

/** Milliseconds: as long as a still waits for a fresh frame of a camera. */
const PATIENCE = 2_000

/**
 * A viewer that is a program: it takes the size of its first picture for that of all (ffmpeg, OpenCV), so that a card in
 * place of a frame that is about to come is held back for 2 s.
 */
export class FirstFrameWait implements SessionViewer {
  readonly #viewer: SessionViewer
  #held: Frame | undefined
  #timer: NodeJS.Timeout | undefined
  #isOver = false

  constructor(viewer: SessionViewer) {
    this.#viewer = viewer
  }

  show(frame: Frame): void {
    if (this.#isOver) return this.#viewer.show(frame)
    if (!frame.awaitsFrame) {
      this.#stop()
      return this.#viewer.show(frame)
    }
    this.#held = frame
    this.#timer ??= setTimeout(() => this.#giveUp(), PATIENCE)
  }

  end(reason: EndReason): void {
    this.#stop()
    this.#viewer.end(reason)
  }

  destroy(): void {
    this.#stop()
    this.#viewer.destroy()
  }

  #giveUp(): void {
    const held = this.#held
    this.#stop()
    if (held) this.#viewer.show(held)
  }

  #stop(): void {
    this.#isOver = true
    this.#held = undefined
    clearTimeout(this.#timer)
  }
}
