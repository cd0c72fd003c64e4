import { type ChildProcess, fork } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { createRequire } from 'node:module'
import type { Socket } from 'node:net'
import type { Logger } from 'pino'
import type { PartsHost } from '../../cluster/shared/parts-host.ts'
import { SiblingsHost } from '../../cluster/shared/siblings-host.ts'
import { isSiblingsMessage } from '../../cluster/shared/siblings-wire.ts'
import { isMessage } from '../../cluster/shared/wire.ts'
import type { Options } from '../../imgcast/options.ts'
import { Backoff } from '../../system/backoff.ts'
import { choosePlace } from './choose-place.ts'
import { isServerMessage, type ReadyMessage, type ServerMessage } from './server-message.ts'

/** The options of several server processes. */
export interface ServerProcessesInit {
  count: number
  /** What each is started with; an empty `store` for the parts of the host. */
  options: Options
  /** Has the store of all; undefined if each joins the cluster of `options.store` itself. */
  host: PartsHost | undefined
  /** Whether sockets of an address carry other clients' requests. */
  isProxy(address: string): boolean
  log: Logger
}

interface ServerProcess {
  child: ChildProcess
  isReady: boolean
  /** It cannot be reached any more. */
  isGone: boolean
}

/** Milliseconds before a process that ended is started again: the first time in a row, the second, and so on. */
const PAUSES = [0, 1_000, 5_000, 10_000]
/** A process that ran so long was healthy. */
const HEALTHY_AFTER = 30_000

/**
 * Processes that serve the connections of one port. One client's connections go to one process, which can thus apply its
 * limits; those of a proxy are spread evenly.
 */
export class ServerProcesses {
  readonly #init: ServerProcessesInit
  readonly #places: (ServerProcess | undefined)[]
  readonly #siblings = new SiblingsHost()
  readonly #group = randomBytes(8).toString('hex')
  #next = 0
  #isStopping = false

  constructor(init: ServerProcessesInit) {
    this.#init = init
    this.#places = Array.from({ length: init.count }, () => undefined)
  }

  /** Resolves when all are ready. Rejects if one cannot start. */
  async start(): Promise<void> {
    await Promise.all(this.#places.map((_, place) => this.#begin(place)))
  }

  /** Gives a socket that was accepted, and not read, to a process. */
  accept(socket: Socket): void {
    const process = this.#choose(socket.remoteAddress ?? '')
    if (!process) return void socket.destroy()
    socket.on('error', () => {})
    // Without `keepOpen`, Node forgets the socket of a message that it cannot send: the client would wait for ever.
    process.child.send({ server: 'accept' } satisfies ServerMessage, socket, { keepOpen: true }, (error) => {
      // The other process has its own descriptor of the connection by now.
      if (!error) return void socket.destroy()
      // It has just died, and its end is not known yet.
      process.isGone = true
      this.accept(socket)
    })
  }

  drain(): void {
    for (const process of this.#places) send(process, { server: 'drain' })
  }

  /** Stops all. Resolves when they have ended: whether each could save everything. */
  async stop(signal: NodeJS.Signals): Promise<boolean> {
    this.#isStopping = true
    const ended = this.#places.map(
      (process) =>
        process === undefined ||
        new Promise<boolean>((resolve) =>
          process.child.once('exit', (code) => resolve(code === 0 || !process.isReady)),
        ),
    )
    for (const process of this.#places) {
      if (process?.isReady) send(process, { server: 'stop', signal })
      // It has no viewers yet, and nothing to save.
      else process?.child.kill('SIGKILL')
    }
    return (await Promise.all(ended)).every(Boolean)
  }

  /** Starts the process of a place, and starts another one whenever it has ended. */
  async #begin(place: number, backoff = new Backoff(PAUSES)): Promise<void> {
    const { host, options, log } = this.#init
    const startedAt = performance.now()
    const child = fork(createRequire(import.meta.url).resolve('#server-process'), [], {
      ...{ serialization: 'advanced', execArgv: [], stdio: ['ignore', 'inherit', 'inherit', 'ipc'] },
    })
    const process: ServerProcess = { child, isReady: false, isGone: false }
    this.#places[place] = process
    const leaveHost = host?.add(toChannel(child, isMessage))
    const leaveSiblings = this.#siblings.add(toChannel(child, isSiblingsMessage))
    send(process, { server: 'start', options, group: this.#group })
    await new Promise<void>((resolve, reject) => {
      child.on('message', (message: unknown) => {
        if (!isServerMessage<ReadyMessage>(message)) return
        process.isReady = true
        resolve()
      })
      child.on('error', reject)
      child.once('exit', (code, signal) => {
        this.#places[place] = undefined
        void leaveHost?.()
        leaveSiblings()
        if (!process.isReady) return reject(new Error('A server process could not start'))
        if (this.#isStopping) return
        if (performance.now() - startedAt > HEALTHY_AFTER) backoff.reset()
        backoff.fail()
        log.error({ process: child.pid, code, signal }, 'a server process ended, starting another')
        setTimeout(() => this.#restart(place, backoff), backoff.pause)
      })
    })
  }

  #restart(place: number, backoff: Backoff): void {
    if (this.#isStopping) return
    this.#begin(place, backoff).catch((error: Error) => {
      this.#init.log.error({ error: error.message }, 'cannot start a server process, will retry')
      backoff.fail()
      setTimeout(() => this.#restart(place, backoff), backoff.pause)
    })
  }

  /** The process of an address; the next one for a proxy. */
  #choose(address: string): ServerProcess | undefined {
    const ready = this.#places.flatMap((process, place) =>
      process?.isReady && !process.isGone ? { process, place } : [],
    )
    if (ready.length === 0) return undefined
    if (this.#init.isProxy(address)) {
      this.#next += 1
      return ready[this.#next % ready.length]?.process
    }
    const chosen = choosePlace(
      ready.map(({ place }) => place),
      address,
    )
    return ready.find(({ place }) => place === chosen)?.process
  }
}

/** The messages of one kind to and from a process. */
function toChannel<M extends object>(child: ChildProcess, isOne: (message: unknown) => message is M) {
  return {
    post: (message: M) => void child.send(message, () => {}),
    onMessage: (listener: (message: M) => void) => {
      child.on('message', (message: unknown) => {
        if (isOne(message)) listener(message)
      })
    },
  }
}

function send(process: ServerProcess | undefined, message: ServerMessage): void {
  process?.child.send(message, () => {})
}
