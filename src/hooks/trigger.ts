/** The options of a trigger, in milliseconds. */
export interface TriggerInit {
  /** How long the condition must be true first. */
  duration: number
  /** Minimum time between two firings. A condition that is still true after it fires then. @default 0 */
  cooldown?: number
  /** Whether it fired before and the condition has been true since then. @default false */
  hasFired?: boolean
}

/** Fires once when a condition has been true for long enough, and again only after it was false. */
export class Trigger {
  readonly #duration: number
  readonly #cooldown: number
  /** Since when the condition is true; undefined while it is false. */
  #since: number | undefined
  #lastFired = -Infinity
  #hasFired: boolean

  constructor({ duration, cooldown = 0, hasFired = false }: TriggerInit) {
    this.#duration = duration
    this.#cooldown = cooldown
    this.#hasFired = hasFired
  }

  /** Whether it has fired and the condition has been true since then. */
  get hasFired(): boolean {
    return this.#hasFired
  }

  /** Updates whether the condition is true at a time; returns whether the trigger fires. */
  update(isTrue: boolean, now: number): boolean {
    if (!isTrue) {
      this.#since = undefined
      this.#hasFired = false
      return false
    }
    this.#since ??= now
    const isSoon = now - this.#since < this.#duration || now - this.#lastFired < this.#cooldown
    if (this.#hasFired || isSoon) return false
    this.#hasFired = true
    this.#lastFired = now
    return true
  }

  /** Takes the last firing back, because it had no effect: the next update fires again. */
  takeBack(): void {
    this.#hasFired = false
    this.#lastFired = -Infinity
  }
}
