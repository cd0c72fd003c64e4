/** How often a widget may take its process down, within how long, before it has to rest (milliseconds). */
const FAILURES_BEFORE_REST = 3
const FAILURE_WINDOW = 30_000
const FIRST_REST = 5_000
const LONGEST_REST = 300_000
/** Good pictures in a row that clear a widget which was only under suspicion. */
const PICTURES_TO_CLEAR = 20

/** What is known of one widget that runs in a process of its own. All times are milliseconds of one clock. */
export class IsolationRecord {
  #failures: number[] = []
  #rests = 0
  #restsUntil = 0
  #goodPictures = 0
  #guilty = false

  /** Remembers that the widget took its process down. */
  fail(now: number): void {
    this.#guilty = true
    this.#goodPictures = 0
    this.#failures = [...this.#failures.filter((at) => now - at < FAILURE_WINDOW), now]
    if (this.#failures.length < FAILURES_BEFORE_REST) return
    this.#restsUntil = now + Math.min(LONGEST_REST, FIRST_REST * 2 ** this.#rests)
    this.#rests += 1
    // The next failure after a rest is one too many already.
    this.#failures = this.#failures.slice(-FAILURES_BEFORE_REST + 1).map(() => now)
  }

  /** Remembers a good picture; answers true when the widget may share a process again. */
  succeed(now: number): boolean {
    this.#goodPictures += 1
    if (now - (this.#failures.at(-1) ?? 0) > FAILURE_WINDOW) this.#rests = 0
    return !this.#guilty && this.#goodPictures >= PICTURES_TO_CLEAR
  }

  /** Milliseconds until the widget is tried again; 0 when it may run now. */
  rest(now: number): number {
    return Math.max(0, this.#restsUntil - now)
  }
}
