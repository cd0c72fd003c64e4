import { createRequire } from 'node:module'
import { Worker } from 'node:worker_threads'
import pLimit from 'p-limit'
import type { Poll } from './poll.ts'
import type { Status } from './status-schema.ts'

/** A response that was fetched for a status. */
export interface Fetched {
  key: string
  poll: Poll
  /** The body of the response. */
  text: string
}

/** The reply of the thread. */
export type Read = { status: Status } | { error: string }

/** Reading a response took too much time or memory: it should not be retried soon. */
export class TooCostlyError extends Error {}

const ENDED = 'the thread that reads responses has ended'
/** Milliseconds to read one response; most take less than one. */
const TIMEOUT = 1_000
/** A megabyte of JSON takes about 30 MB. */
const MEMORY = { maxOldGenerationSizeMb: 96, maxYoungGenerationSizeMb: 16 }

/**
 * Parses and queries responses in a separate thread, so that a foreign JSON never blocks the thread that holds the
 * sockets. Reading is stopped after a second. The thread starts with the first response.
 */
export class StatusReader {
  readonly #timeout: number
  /** One at a time, so that the time limit measures one response. */
  readonly #limit = pLimit(1)
  #worker: Worker | undefined

  /** @param timeout milliseconds to read one response. */
  constructor(timeout = TIMEOUT) {
    this.#timeout = timeout
  }

  /** Turns a response into a status. Rejects with an `Error` that describes the fault of the response. */
  read(fetched: Fetched): Promise<Status> {
    return this.#limit(() => this.#readNext(fetched))
  }

  /** Ends the thread. */
  async close(): Promise<void> {
    this.#limit.clearQueue()
    await this.#worker?.terminate()
  }

  async #readNext(fetched: Fetched): Promise<Status> {
    const worker = this.#worker ?? (await this.#start())
    let stopListening = () => {}
    const read = await new Promise<Read>((resolve, reject) => {
      const fail = (error: Error) => {
        this.#worker = undefined
        void worker.terminate()
        reject(error)
      }
      const late = new TooCostlyError(`the response takes longer than ${this.#timeout} ms to read`)
      const onLate = () => fail(late)
      const onError = ({ message }: Error) =>
        fail(new TooCostlyError(`the response cannot be read: ${message}`))
      const onExit = () => fail(new Error(ENDED))
      const timer = setTimeout(onLate, this.#timeout)
      stopListening = () => {
        clearTimeout(timer)
        worker.off('message', resolve).off('error', onError).off('exit', onExit)
      }
      worker.once('message', resolve).once('error', onError).once('exit', onExit)
      worker.postMessage(fetched)
    }).finally(() => stopListening())
    if ('error' in read) throw new Error(read.error)
    return read.status
  }

  /** Resolves when the thread is ready, so that its start is not part of any response's time. */
  async #start(): Promise<Worker> {
    const worker = new Worker(createRequire(import.meta.url).resolve('#status-worker'), {
      resourceLimits: MEMORY,
      env: {},
      execArgv: [],
    })
    worker.unref()
    // Never removed: an error between two responses would end the process.
    worker.on('error', () => {})
    await new Promise((resolve, reject) => {
      worker.once('message', resolve).once('error', reject)
      worker.once('exit', () => reject(new Error(ENDED)))
    })
    this.#worker = worker
    return worker
  }
}
