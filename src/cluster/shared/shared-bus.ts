import type { Logger } from 'pino'
import type { Bus, Change, ChangeListener } from '../bus.ts'
import { Listeners } from '../listeners.ts'
import type { PartsLink } from './parts-link.ts'

/** The bus of one of several processes on a machine. It is never disconnected: without its host, the process ends. */
export class SharedBus implements Bus {
  readonly #link: PartsLink
  readonly #listeners: Listeners<[room: string, change: Change]>
  #isClosed = false

  constructor(link: PartsLink, log?: Logger) {
    this.#link = link
    this.#listeners = new Listeners(log)
  }

  publish(room: string, change: Change): void {
    if (this.#isClosed) return
    this.#link.send('bus.publish', room, change)
    this.#listeners.call(room, change)
  }

  /** Calls the listeners for a change that another process published. */
  deliver(room: string, change: Change): void {
    if (!this.#isClosed) this.#listeners.call(room, change)
  }

  subscribe(listener: ChangeListener): () => void {
    return this.#listeners.add(listener)
  }

  onReconnect(): () => void {
    return () => {}
  }

  async close(): Promise<void> {
    this.#isClosed = true
    this.#listeners.clear()
  }
}
