import type { Took } from './protocol.ts'

/** Measures one drawing: the widget's own part of it, and the rest. */
export class DrawWatch {
  #drawing = 0
  #all = 0
  #frames = 0

  /** A widget's `draw`, timed. */
  draw<T extends unknown[]>(draw: (...given: T) => void): (...given: T) => void {
    return (...given) => {
      const start = performance.now()
      draw(...given)
      this.#drawing += performance.now() - start
      this.#frames += 1
    }
  }

  /** Does all of it. */
  run<T>(work: () => T): T {
    const start = performance.now()
    const result = work()
    this.#all += performance.now() - start
    return result
  }

  /** Does all of it in steps; the pauses between them are nobody's. */
  *steps<T>(steps: Generator<undefined, T>): Generator<undefined, T> {
    for (;;) {
      const { done, value } = this.run(() => steps.next())
      if (done) return value
      yield
    }
  }

  read(): Took {
    return { frames: this.#frames, drawing: this.#drawing, encoding: this.#all - this.#drawing }
  }
}
