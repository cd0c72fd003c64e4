import { Tally } from './tally.ts'

/** Milliseconds: from a picture that is drawn at once to one whose viewer has given up. */
export const LATENCY_BOUNDS = [1, 2.5, 5, 10, 25, 50, 100, 250, 500, 1_000, 2_500, 5_000, 10_000]

/** All of `LoadTotals` at one time. */
export interface LoadReading {
  waits: readonly number[]
  changes: readonly number[]
  wanted: number
  reached: number
  refusals: ReadonlyMap<string, number>
}

/** Sums since the start that show the server's load. */
export class LoadTotals {
  /** Milliseconds that pictures waited for a render process. */
  readonly waits = new Tally(LATENCY_BOUNDS)
  /** Milliseconds from changes to the pictures that show them. */
  readonly changes = new Tally(LATENCY_BOUNDS)
  readonly #refusals = new Map<string, number>()
  #wanted = 0
  #reached = 0

  paced(wanted: number, reached: 0 | 1): void {
    this.#wanted += wanted
    this.#reached += reached
  }

  refusedClient(reason: string): void {
    this.#refusals.set(reason, (this.#refusals.get(reason) ?? 0) + 1)
  }

  read(): LoadReading {
    return {
      waits: this.waits.read(),
      changes: this.changes.read(),
      wanted: this.#wanted,
      reached: this.#reached,
      refusals: new Map(this.#refusals),
    }
  }
}
