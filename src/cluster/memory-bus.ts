import { EventEmitter } from 'eventemitter3'
import type { Bus, Change } from './bus.ts'

/** The bus of a cluster of one. */
export class MemoryBus implements Bus {
  readonly #emitter = new EventEmitter<{ change: [room: string, change: Change] }>()

  publish(room: string, change: Change): void {
    this.#emitter.emit('change', room, change)
  }

  subscribe(listener: (room: string, change: Change) => void): () => void {
    this.#emitter.on('change', listener)
    return () => void this.#emitter.off('change', listener)
  }
}
