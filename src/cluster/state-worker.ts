/** The thread with the state file: SQLite blocks it instead of the thread that holds the sockets. */
import { parentPort } from 'node:worker_threads'
import type { StateMethod } from './state-calls.ts'
import { StateFile } from './state-file.ts'
import type { DamageReport, StateReply, StateRequest } from './state-protocol.ts'
import { StoreError } from './store-error.ts'

class StateWorker {
  readonly #send: (message: StateReply | DamageReport) => void
  #file: StateFile | undefined

  constructor(send: (message: StateReply | DamageReport) => void) {
    this.#send = send
  }

  receive(request: StateRequest): void {
    const { id } = request
    try {
      this.#send({ id, result: this.#perform(request) })
    } catch (error) {
      const { message } = error as Error
      const { detail, isTaken } = error instanceof StoreError ? error : {}
      this.#send({ id, error: { message, ...(detail && { detail }), ...(isTaken && { isTaken }) } })
    }
  }

  #perform({ method, args }: StateRequest): unknown {
    if (method === 'open') {
      this.#file = new StateFile(args[0], (damaged, room) => this.#send({ damaged, room }))
      return undefined
    }
    const file = this.#file
    if (!file) throw new Error('The store is closed')
    if (method === 'close') {
      this.#file = undefined
      return file.close()
    }
    return call(file, method, args)
  }
}

function call(file: StateFile, method: StateMethod, args: unknown[]): unknown {
  const target = (method in file ? file : file.history) as unknown as Record<
    StateMethod,
    (...args: unknown[]) => unknown
  >
  return target[method](...args)
}

const worker = new StateWorker((message) => parentPort?.postMessage(message))
parentPort?.on('message', (request: StateRequest) => worker.receive(request))
