import type { DrawTimings } from '../protocol.ts'

/** Measures one drawing: the time in the widget's `draw`, and the rest. */
export class DrawTimer {
  #drawing = 0
  #all = 0
  #frames = 0

  /** Wraps a widget's `draw`, so that its time is measured. */
  draw<T extends unknown[]>(draw: (...given: T) => void): (...given: T) => void {
    return (...given) => {
      const start = performance.now()
      draw(...given)
      this.#drawing += performance.now() - start
      this.#frames += 1
    }
  }

  /** Runs work and measures it. */
  run<T>(work: () => T): T {
    const start = performance.now()
    const result = work()
    this.#all += performance.now() - start
    return result
  }

  /** Runs a generator and measures it; the pauses between its steps are not counted. */
  *steps<T>(steps: Generator<undefined, T>): Generator<undefined, T> {
    for (;;) {
      const { done, value } = this.run(() => steps.next())
      if (done) return value
      yield
    }
  }

  read(): DrawTimings {
    return { frames: this.#frames, drawing: this.#drawing, encoding: this.#all - this.#drawing }
  }
}
