import { resolve } from 'node:path'
import { findPlace, type Place } from '../widget/find-place.ts'

/** Why a room's newest picture could not be drawn. */
export interface DrawFailure {
  /** What anyone may read: nothing in it comes from a widget but the name of an error. */
  reason: string
  /** What the widget's code said: it may hold anything, such as an address with a password. */
  words: string | undefined
  /** Where in the author's code, if it was there. */
  place: Place | undefined
}

/** Rooms are made up by whoever asks: only the newest failures are kept. */
const KEPT = 500

/** The failures of rooms whose newest picture failed. */
export class LastFailures {
  readonly #folders: readonly string[]
  readonly #failures = new Map<string, DrawFailure>()

  constructor(folders: readonly string[]) {
    this.#folders = folders.map((folder) => resolve(folder))
  }

  get(room: string): DrawFailure | undefined {
    return this.#failures.get(room)
  }

  /** Remembers an error that a widget threw. */
  thrown(room: string, error: Error): void {
    const stack = String(error.stack)
    const name = /^(?:\w*Error|\w*Exception)\b/.exec(stack)?.[0] ?? 'an error'
    this.#remember(room, {
      reason: `failed to draw: ${name}`,
      words: error.message,
      place: findPlace(stack, this.#folders),
    })
  }

  /** Remembers what the server itself found. */
  found(room: string, reason: string): void {
    this.#remember(room, { reason, words: undefined, place: undefined })
  }

  /** A picture of the room succeeded. */
  forget(room: string): void {
    this.#failures.delete(room)
  }

  /** The code is another one. */
  clear(): void {
    this.#failures.clear()
  }

  #remember(room: string, failure: DrawFailure): void {
    this.#failures.delete(room)
    this.#failures.set(room, failure)
    const [oldest] = this.#failures.keys()
    if (this.#failures.size > KEPT && oldest !== undefined) this.#failures.delete(oldest)
  }
}
