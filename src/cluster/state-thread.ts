import { createRequire } from 'node:module'
import { setTimeout as sleep } from 'node:timers/promises'
import { Worker } from 'node:worker_threads'
import type { Logger } from 'pino'
import { stopping } from '../errors.ts'
import { findLockHolder } from '../system/lock-holder.ts'
import { isStopping } from '../system/stopping-process.ts'
import type { DamageLog } from './damage-log.ts'
import type { StateCalls, StateMethod, StateMethods } from './state-calls.ts'
import type { DamageReport, StateReply } from './state-protocol.ts'
import { StoreError } from './store-error.ts'

/** The options of the thread. */
export interface StateThreadInit {
  log: Logger
  damage: DamageLog
}

interface PendingCall {
  resolve(value: unknown): void
  reject(error: Error): void
}

/** Milliseconds to wait for a file of a server that is stopping, which takes five seconds at most. */
const PATIENCE = 6_000
/** Milliseconds to wait if the system does not report which process has the file. */
const BLIND_PATIENCE = 1_000
const PATIENCE_CHECK = 100

/**
 * A state file in a worker thread: writing 10 000 rooms takes 84 ms and listing 100 000 takes 180 ms, during which the
 * thread that holds the sockets must not block.
 */
export class StateThread implements StateCalls {
  readonly path: string
  readonly #worker: Worker
  readonly #damage: DamageLog
  readonly #pending = new Map<number, PendingCall>()
  #lastId = 0
  /** Why the thread no longer accepts calls. */
  #ended: Error | undefined

  private constructor(path: string, { log, damage }: StateThreadInit) {
    this.path = path
    this.#damage = damage
    // The built file: a worker is plain Node, even if the server itself runs from TypeScript under test.
    this.#worker = new Worker(createRequire(import.meta.url).resolve('#state-worker'), {
      name: 'store',
      execArgv: [],
    })
    this.#worker.unref()
    this.#worker.on('message', (message: StateReply | DamageReport) => this.#receive(message))
    this.#worker.on('error', (error) => {
      log.error({ file: path, error: error.message }, 'store thread failed')
      this.#end(new Error(`The store's thread failed: ${error.message}`))
    })
    this.#worker.on('exit', () => this.#end(new Error("The store's thread has ended")))
  }

  /**
   * Opens a file, or creates it. Waits for a server that is stopping to close it; any other has it for good.
   * @throws StoreError for a file that is taken, damaged, or not Imgcast's.
   */
  static async open(path: string, init: StateThreadInit): Promise<StateThread> {
    const thread = new StateThread(path, init)
    try {
      await thread.#open(init.log)
      return thread
    } catch (error) {
      await thread.#terminate()
      throw error
    }
  }

  call<M extends StateMethod>(
    method: M,
    ...args: Parameters<StateMethods[M]>
  ): Promise<ReturnType<StateMethods[M]>> {
    return this.#ask(method, args) as Promise<ReturnType<StateMethods[M]>>
  }

  /** Writes everything into one file, and releases the lock. */
  async close(): Promise<void> {
    try {
      await this.#ask('close', [])
    } finally {
      await this.#terminate()
    }
  }

  async #open(log: Logger): Promise<void> {
    const begunAt = performance.now()
    for (let isFirst = true; ; isFirst = false) {
      try {
        await this.#ask('open', [this.path])
        return
      } catch (error) {
        const isTaken = error instanceof StoreError && error.isTaken
        if (!isTaken || performance.now() - begunAt > this.#patience()) throw error
        if (isFirst) log.warn({ detail: error.detail }, 'waiting for the store to be closed')
      }
      await sleep(PATIENCE_CHECK)
    }
  }

  #patience(): number {
    const holder = findLockHolder(this.path)
    if (holder === undefined) return BLIND_PATIENCE
    return isStopping(holder) ? PATIENCE : 0
  }

  #ask(method: string, args: unknown[]): Promise<unknown> {
    return new Promise((resolve, reject) => {
      if (this.#ended) return reject(this.#ended)
      this.#lastId += 1
      this.#pending.set(this.#lastId, { resolve, reject })
      // While a call waits for a reply, the process must not end for lack of other work.
      this.#worker.ref()
      this.#worker.postMessage({ id: this.#lastId, method, args })
    })
  }

  #receive(message: StateReply | DamageReport): void {
    if ('damaged' in message) return this.#damage.report(message.damaged, message.room)
    const call = this.#pending.get(message.id)
    this.#pending.delete(message.id)
    if (this.#pending.size === 0) this.#worker.unref()
    if (!('error' in message)) return call?.resolve(message.result)
    const { message: text, detail, isTaken = false } = message.error
    call?.reject(detail === undefined ? new Error(text) : new StoreError(detail, { isTaken }))
  }

  async #terminate(): Promise<void> {
    this.#end(stopping())
    await this.#worker.terminate()
  }

  #end(reason: Error): void {
    this.#ended ??= reason
    for (const { reject } of this.#pending.values()) reject(reason)
    this.#pending.clear()
  }
}
