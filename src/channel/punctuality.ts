import type { ChannelObserver } from './observer.ts'

/** Measures how late a watched channel shows changes, and how many frames of its animation it misses. */
export class Punctuality {
  readonly #observer: ChannelObserver | undefined
  readonly #fps: number
  /** When the first change came that no picture shows yet. */
  #changedAt: number | undefined
  /** When the animation was last drawn, or should have been. */
  #pacedAt: number | undefined
  #isWatched = false

  /** @param fps frames a second; 0 for a picture that is not animated. */
  constructor(observer: ChannelObserver | undefined, fps: number) {
    this.#observer = observer
    this.#fps = fps
  }

  /** Call this when the first viewer comes and when the last one has left. Nothing is measured in between. */
  onWatched(isWatched: boolean): void {
    this.#isWatched = isWatched
    this.#changedAt = undefined
    this.#pacedAt = isWatched ? performance.now() : undefined
  }

  /** Something has changed that the picture may depend on. */
  onChange(): void {
    if (this.#isWatched) this.#changedAt ??= performance.now()
  }

  /** A drawing begins, which will show all changes so far. Returns the time of the first one. */
  takeChange(): number | undefined {
    const changedAt = this.#changedAt
    this.#changedAt = undefined
    return changedAt
  }

  /** No picture shows a change after all: it waits for the next one. */
  restoreChange(changedAt: number | undefined): void {
    if (this.#isWatched) this.#changedAt = changedAt ?? this.#changedAt
  }

  /** A new picture, which shows all changes since `changedAt`, was sent. */
  onShown(changedAt: number | undefined): void {
    if (changedAt !== undefined) this.#observer?.changeShown(performance.now() - changedAt)
  }

  /** A drawing that began at `startedAt` is over. */
  onDrawn(startedAt: number, isShown: boolean): void {
    if (this.#fps === 0 || this.#pacedAt === undefined) return
    const wanted = Math.max(0, ((startedAt - this.#pacedAt) * this.#fps) / 1000)
    this.#observer?.paced(wanted, isShown ? 1 : 0)
    this.#pacedAt = startedAt
  }
}
