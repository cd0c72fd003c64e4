import type { ChannelObserver } from './observer.ts'

/** Measures how late a watched channel shows changes, and how many frames of its animation it misses. */
export class Punctuality {
  readonly #observer: ChannelObserver | undefined
  readonly #fps: number
  /** The time of the first change that no picture shows yet. */
  #changedAt: number | undefined
  /** When the animation was last drawn, or was due. */
  #pacedAt: number | undefined
  #isWatched = false

  /** @param fps frames a second; 0 for a picture that is not animated. */
  constructor(observer: ChannelObserver | undefined, fps: number) {
    this.#observer = observer
    this.#fps = fps
  }

  /** Call this when the first viewer joins and when the last one has left. Without viewers nothing is measured. */
  onWatched(isWatched: boolean): void {
    this.#isWatched = isWatched
    this.#changedAt = undefined
    this.#pacedAt = isWatched ? performance.now() : undefined
  }

  /** Reports a change of something that the picture may depend on. @param now `performance.now()` */
  onChange(now = performance.now()): void {
    if (this.#isWatched) this.#changedAt ??= now
  }

  /** Reports the start of a drawing, which will show all changes so far. Returns the time of the first one. */
  takeChange(): number | undefined {
    const changedAt = this.#changedAt
    this.#changedAt = undefined
    return changedAt
  }

  /** Reports that the drawing did not show the change, which waits for the next picture. */
  restoreChange(changedAt: number | undefined): void {
    if (this.#isWatched) this.#changedAt = changedAt ?? this.#changedAt
  }

  /** Reports that a new picture was sent, which shows all changes since `changedAt`. */
  onShown(changedAt: number | undefined): void {
    if (changedAt !== undefined) this.#observer?.changeShown(performance.now() - changedAt)
  }

  /** Reports the end of a drawing that began at `startedAt`. */
  onDrawn(startedAt: number, isShown: boolean): void {
    if (this.#fps === 0 || this.#pacedAt === undefined) return
    const wanted = Math.max(0, ((startedAt - this.#pacedAt) * this.#fps) / 1000)
    this.#observer?.paced(wanted, isShown ? 1 : 0)
    this.#pacedAt = startedAt
  }
}
