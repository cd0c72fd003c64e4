import { Backoff } from '../../system/backoff.ts'

/** A widget that takes its process down this often within this time must rest (milliseconds). */
const FAILURES_BEFORE_REST = 3
const FAILURE_WINDOW = 30_000
/** Rests double, up to five minutes. */
const RESTS = [5_000, 10_000, 20_000, 40_000, 80_000, 160_000, 300_000]
/** Good pictures in a row that clear a widget which was only suspected. */
const PICTURES_TO_CLEAR = 20

/** The failures of one widget, look or network. All times are milliseconds of one clock. */
export class FailureRecord {
  readonly #rests = new Backoff(RESTS)
  #failures: number[] = []
  #restsUntil = 0
  #goodPictures = 0
  #guilty = false

  /** Records that it took a process down, without a step towards a rest. */
  blame(): void {
    this.#guilty = true
    this.#goodPictures = 0
  }

  /** Records that it took a process down. */
  fail(now: number): void {
    this.blame()
    this.#failures = [...this.#failures.filter((at) => now - at < FAILURE_WINDOW), now]
    if (this.#failures.length < FAILURES_BEFORE_REST) return
    this.#rests.fail()
    this.#restsUntil = now + this.#rests.pause
    // Keep the count just below the threshold, so that one more failure starts the next rest.
    this.#failures = this.#failures.slice(-FAILURES_BEFORE_REST + 1).map(() => now)
  }

  /** Records a good picture; returns whether the widget may share a process again. */
  succeed(now: number): boolean {
    this.#goodPictures += 1
    if (now - (this.#failures.at(-1) ?? 0) > FAILURE_WINDOW) this.#rests.reset()
    return !this.#guilty && this.#goodPictures >= PICTURES_TO_CLEAR
  }

  /** Milliseconds until the widget may run again; 0 when it may run now. */
  rest(now: number): number {
    return Math.max(0, this.#restsUntil - now)
  }
}
