import type { Logger } from 'pino'
import type { Bus, Change, ChangeListener } from './bus.ts'
import { Listeners } from './listeners.ts'

/** The bus of a cluster of one: it delivers at once, and is never disconnected. */
export class MemoryBus implements Bus {
  readonly #listeners: Listeners<[room: string, change: Change]>

  /** @param log logs errors of listeners. @default no log */
  constructor(log?: Logger) {
    this.#listeners = new Listeners(log)
  }

  publish(room: string, change: Change): void {
    this.#listeners.call(room, change)
  }

  subscribe(listener: ChangeListener): () => void {
    return this.#listeners.add(listener)
  }

  onReconnect(): () => void {
    return () => {}
  }

  async close(): Promise<void> {
    this.#listeners.clear()
  }
}
