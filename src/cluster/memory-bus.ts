import { EventEmitter } from 'eventemitter3'
import type { Bus } from './bus.ts'

/** The bus of a cluster of one. */
export class MemoryBus implements Bus {
  readonly #emitter = new EventEmitter<{ change: [room: string] }>()

  publish(room: string): void {
    this.#emitter.emit('change', room)
  }

  subscribe(listener: (room: string) => void): () => void {
    this.#emitter.on('change', listener)
    return () => void this.#emitter.off('change', listener)
  }
}
