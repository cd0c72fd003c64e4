import { stopping } from '../../errors.ts'
import type { Counts } from '../presence.ts'
import { fromWireError, type Notice, type PartsChannel, type Reply } from './wire.ts'

interface PendingCall {
  resolve(value: unknown): void
  reject(error: Error): void
}

/** A room and a viewer's membership of it, as the host returns them. */
export interface Joined {
  id: number
  counts: Counts | undefined
}

/** The calls of one process to the process that has the parts. Calls are executed in order. */
export class PartsLink {
  readonly #channel: PartsChannel
  readonly #pending = new Map<number, PendingCall>()
  #lastId = 0
  #ended: Error | undefined

  /** @param onNotice called for each message that is not a reply */
  constructor(channel: PartsChannel, onNotice: (notice: Notice) => void) {
    this.#channel = channel
    channel.onMessage(({ parts }) => {
      // Only the host is called.
      if ('call' in parts) return
      if ('id' in parts) this.#receive(parts)
      else onNotice(parts)
    })
  }

  /** Rejects with the error of the call, or if the link was closed. */
  call<T>(call: string, ...args: unknown[]): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      if (this.#ended) return reject(this.#ended)
      this.#lastId += 1
      this.#pending.set(this.#lastId, { resolve: resolve as PendingCall['resolve'], reject })
      this.#channel.post({ parts: { id: this.#lastId, call, args } })
    })
  }

  /** Calls without a reply. */
  send(call: string, ...args: unknown[]): void {
    if (!this.#ended) this.#channel.post({ parts: { call, args } })
  }

  close(): void {
    this.#ended ??= stopping()
    for (const { reject } of this.#pending.values()) reject(this.#ended)
    this.#pending.clear()
  }

  #receive(reply: Reply): void {
    const pending = this.#pending.get(reply.id)
    this.#pending.delete(reply.id)
    if ('error' in reply) pending?.reject(fromWireError(reply.error))
    else pending?.resolve(reply.value)
  }
}
