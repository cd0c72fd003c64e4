/** A picture on its way to a render process: measures the time that it waits for its turn. */
export interface Wait {
  /** It waits for something else, such as its widget's `load`. */
  pause(): void
  /** It waits for its turn. */
  resume(): void
  /** Its drawing begins. The first call counts. */
  begin(): void
  /** It was drawn, or will not be. */
  leave(): void
}

/** The pictures that wait for a render process. */
export class DrawQueue {
  readonly #onBegun: (wait: number) => void
  readonly #waiting = new Set<Wait>()

  /** @param onBegun receives the milliseconds that each picture waited. */
  constructor(onBegun: (wait: number) => void) {
    this.#onBegun = onBegun
  }

  /** The number of waiting pictures. */
  get size(): number {
    return this.#waiting.size
  }

  /** Adds a picture, which waits from now on. The caller must call `leave`. */
  enter(): Wait {
    let waited = 0
    let since = performance.now()
    let isOver = false
    const stop = () => {
      if (this.#waiting.delete(wait)) waited += performance.now() - since
    }
    const wait: Wait = {
      pause: stop,
      resume: () => {
        if (isOver || this.#waiting.has(wait)) return
        since = performance.now()
        this.#waiting.add(wait)
      },
      begin: () => {
        if (isOver) return
        stop()
        isOver = true
        this.#onBegun(waited)
      },
      leave: () => {
        stop()
        isOver = true
      },
    }
    this.#waiting.add(wait)
    return wait
  }
}
