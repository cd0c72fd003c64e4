import type { ChildProcess } from 'node:child_process'
import { Backoff } from './backoff.ts'
import type { ProcessGroup } from './process-group.ts'
import { type ProcessExit, SupervisedProcess } from './supervised-process.ts'

/** The options of a supervisor. */
export interface SupervisorInit {
  /** Starts a process. */
  spawn(): ChildProcess
  /** Contains each process from its start to its end. */
  group: ProcessGroup
  /** Resident memory above which a process is killed. */
  memoryBytes: number
  /** Milliseconds before the first restart in a row, the second, and so on. @default 0, 1, 5, 10, 60 s */
  pauses?: readonly number[]
  /** A process that ran this long was healthy: restarts are immediate again (milliseconds). @default 30_000 */
  healthyAfter?: number
  /** Receives each process when it has been spawned, to read its stdout. */
  onStart?(process: SupervisedProcess): void
  /** Receives each line of stderr. */
  onLine?(line: string): void
  /** Called when a process ended without being stopped; it is restarted in `pause` milliseconds. */
  onExit?(exit: ProcessExit, pause: number): void
}

const PAUSES = [0, 1_000, 5_000, 10_000, 60_000]
const HEALTHY_AFTER = 30_000
const NOT_STARTED = { code: null, signal: null, killedFor: undefined, closed: false, tail: '' }

/** Keeps one child process running from `start` to `stop`: restarts it with growing pauses, and never runs two. */
export class ProcessSupervisor {
  readonly #init: SupervisorInit
  readonly #backoff: Backoff
  #process: SupervisedProcess | undefined
  #timer: NodeJS.Timeout | undefined
  #wanted = false

  constructor(init: SupervisorInit) {
    this.#init = init
    this.#backoff = new Backoff(init.pauses ?? PAUSES)
  }

  /** The running process; undefined while there is none. */
  get process(): SupervisedProcess | undefined {
    return this.#process
  }

  /** Starts a process, as soon as one that is being stopped has ended. */
  start(): void {
    if (this.#wanted) return
    this.#wanted = true
    this.#backoff.reset()
    this.#run()
  }

  /** Kills the process and resolves once it has ended. `start` may be called before that. */
  async stop(): Promise<void> {
    this.#wanted = false
    clearTimeout(this.#timer)
    this.#timer = undefined
    await this.#process?.close()
  }

  /** Kills a process that does not work; it is restarted like one that crashed. */
  kill(reason: string): void {
    this.#process?.kill(reason)
  }

  #run(): void {
    // The end of a process restarts it.
    if (!this.#wanted || this.#process || this.#timer) return
    const { group, memoryBytes, healthyAfter = HEALTHY_AFTER } = this.#init
    const startedAt = performance.now()
    let child: ChildProcess
    try {
      child = this.#init.spawn()
    } catch (error) {
      // Node throws some failures of spawn(2), such as ENOMEM, and emits the others.
      return this.#restart({ ...NOT_STARTED, error: error as Error })
    }
    const process: SupervisedProcess = new SupervisedProcess(child, {
      onLine: (line) => this.#init.onLine?.(line),
      onExit: (exit) => {
        group.delete(process)
        this.#process = undefined
        if (performance.now() - startedAt >= healthyAfter) this.#backoff.reset()
        this.#restart(exit)
      },
    })
    group.add(process, memoryBytes)
    this.#process = process
    this.#init.onStart?.(process)
  }

  #restart(exit: ProcessExit): void {
    if (exit.closed) return this.#run()
    if (!this.#wanted) return
    this.#backoff.fail()
    const { pause } = this.#backoff
    // Before the next attempt, which the listener can cancel.
    this.#timer = setTimeout(() => {
      this.#timer = undefined
      this.#run()
    }, pause)
    this.#init.onExit?.(exit, pause)
  }
}
