import type { Logger } from 'pino'

/** Listeners of one kind of event. One that throws is logged and harms no other. */
export class Listeners<Args extends unknown[]> {
  readonly #listeners = new Set<{ call(...args: Args): void }>()
  readonly #log: Logger | undefined

  /** @param log logs errors of listeners. @default no log */
  constructor(log?: Logger) {
    this.#log = log
  }

  /** Returns a function that removes the listener. A listener that is added twice is called twice. */
  add(listener: (...args: Args) => void): () => void {
    const entry = { call: listener }
    this.#listeners.add(entry)
    return () => void this.#listeners.delete(entry)
  }

  call(...args: Args): void {
    for (const listener of [...this.#listeners]) {
      try {
        listener.call(...args)
      } catch (error) {
        this.#log?.error({ error: (error as Error)?.stack ?? String(error) }, 'a listener failed')
      }
    }
  }

  clear(): void {
    this.#listeners.clear()
  }
}
