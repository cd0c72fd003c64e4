/** How a trigger fires; times in milliseconds. */
export interface TriggerInit {
  /** How long the condition has to hold first. */
  duration: number
  /** Shortest time between two firings. A condition that still holds after it fires then. @default 0 */
  cooldown?: number
  /** Whether it fired before and the condition has held ever since. @default false */
  hasFired?: boolean
}

/** Fires once when a condition has held for long enough, and again only after it was false. */
export class Trigger {
  readonly #duration: number
  readonly #cooldown: number
  /** Since when the condition holds; undefined while it does not. */
  #since: number | undefined
  #lastFired = -Infinity
  #hasFired: boolean

  constructor({ duration, cooldown = 0, hasFired = false }: TriggerInit) {
    this.#duration = duration
    this.#cooldown = cooldown
    this.#hasFired = hasFired
  }

  /** Whether it has fired and the condition has held since. */
  get hasFired(): boolean {
    return this.#hasFired
  }

  /** Takes whether the condition holds at a time; returns whether the trigger fires. */
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
}
