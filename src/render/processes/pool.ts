import type { Logger } from 'pino'
import { Backoff } from '../../system/backoff.ts'
import { RenderError } from '../render-error.ts'
import type { RenderProcess } from './render-process.ts'
import type { Started } from './start-process.ts'
import type { Death, Task } from './task.ts'

/** The options of a pool. */
export interface PoolInit {
  /** The number of processes to keep. */
  workers: number
  log: Logger
  /** Whether a task is for networks that have had more than their share drawn, while others wait for theirs. */
  isOverShare(task: Task): boolean
  /** Starts a process with the code that is on disk. */
  start(onDeath: (death: Death, process: RenderProcess) => void): Promise<Started>
  /** Called after each death, when the pool has arranged the replacement. */
  onDeath(death: Death, process: RenderProcess, isRetired: boolean): void
}

/** A process that dies this soon after its start is restarted with pauses: restarts could use a whole processor. */
const YOUNG = 5_000
const PAUSES = [250, 500, 1_000, 2_000, 4_000, 8_000, 10_000]

/** The processes that well-behaved widgets share: keeps their number and distributes the jobs. */
export class Pool {
  readonly #init: PoolInit
  /** The time of each process's start. */
  readonly #processes = new Map<RenderProcess, number>()
  /** Processes with the previous code, for widgets whose newer code does not load; the newest first. */
  #oldProcesses: RenderProcess[] = []
  /** Jobs that arrived while no process was up. */
  readonly #queue: Task[] = []
  /** Incremented when the code is replaced: a process that was started before is dropped when it is up. */
  #generation = 0
  #starting = 0
  readonly #backoff = new Backoff(PAUSES)
  #retry: NodeJS.Timeout | undefined
  #closed = false

  constructor(init: PoolInit) {
    this.#init = init
  }

  run(task: Task): void {
    if (this.#closed) return task.reject(new Error('the server is stopping'))
    if (this.#processes.size === 0) return void this.#queue.push(task)
    let least: RenderProcess | undefined
    // A large drawing cannot be interrupted: one process is kept for those who are within their share.
    const isKept = this.#processes.size > 1 && this.#init.isOverShare(task)
    const open = isKept ? [...this.#processes.keys()].slice(0, -1) : this.#processes.keys()
    for (const process of open) {
      if (!process.widgets.has(task.job.widget)) continue
      if (!least || process.load < least.load) least = process
    }
    if (least) least.run(task)
    else this.runOld(task)
  }

  /** Starts a process for `replace`; the pool handles its death like that of any other. */
  start(): Promise<Started> {
    return this.#init.start((death, process) => this.handleDeath(death, process))
  }

  /**
   * Replaces all processes by one with new code; the old ones end when their jobs are done.
   * @param kept widgets whose previous code continues to run. @default none
   */
  replace(process: RenderProcess, kept: ReadonlySet<string> = new Set()): void {
    const old = [...this.#processes.keys(), ...this.#oldProcesses]
    const needed = new Set([...kept].map((widget) => old.find((each) => each.widgets.has(widget))))
    this.#oldProcesses = old.filter((each) => needed.has(each))
    this.#generation += 1
    this.#processes.clear()
    this.#backoff.reset()
    this.#add(process)
    this.#fill()
    for (const each of old) if (!needed.has(each)) void each.retire()
  }

  /** Rejects all queued and future jobs; the processes are ended by their group. */
  close(): void {
    this.#closed = true
    clearTimeout(this.#retry)
    this.#rejectQueue('the server is stopping')
  }

  /** Runs a task with the previous code, if a process still has it. */
  runOld(task: Task): void {
    const { widget } = task.job
    const process = this.#oldProcesses.find((each) => each.widgets.has(widget))
    if (process) process.run(task)
    // The new module does not load, and the process that had the previous code has ended.
    else task.reject(new RenderError(widget, 'does not load'))
  }

  #add(process: RenderProcess): void {
    if (process.dead) return
    this.#processes.set(process, performance.now())
    for (const task of this.#queue.splice(0)) this.run(task)
  }

  #fill(): void {
    while (!this.#closed && this.#processes.size + this.#starting < this.#init.workers) void this.#startOne()
  }

  async #startOne(): Promise<void> {
    const generation = this.#generation
    this.#starting += 1
    try {
      const { process } = await this.start()
      if (this.#closed || generation !== this.#generation) await process.close()
      else {
        this.#add(process)
        setTimeout(() => this.#confirm(process), YOUNG).unref()
      }
    } catch (error) {
      if (this.#closed) return
      this.#init.log.error({ reason: (error as Error).message }, 'a render process did not start')
      this.#backoff.fail()
      if (this.#processes.size === 0) this.#rejectQueue('no render process starts')
    } finally {
      this.#starting -= 1
      this.#fillLater()
    }
  }

  #fillLater(): void {
    const { pause } = this.#backoff
    if (pause === 0) return this.#fill()
    if (this.#closed) return
    clearTimeout(this.#retry)
    this.#retry = setTimeout(() => this.#fill(), pause)
  }

  /** A process that lived for a while shows that processes start well. */
  #confirm(process: RenderProcess): void {
    if (this.#processes.has(process)) this.#backoff.reset()
  }

  #rejectQueue(reason: string): void {
    for (const task of this.#queue.splice(0)) task.reject(new Error(reason))
  }

  /** Replaces a process that died, if it is one of the pool's and not one that was retired before. */
  handleDeath(death: Death, process: RenderProcess): void {
    const since = this.#processes.get(process)
    this.#oldProcesses = this.#oldProcesses.filter((each) => each !== process)
    if (this.#processes.delete(process) && since !== undefined) {
      // A widget that kills its process while drawing is isolated; only a process that dies by itself is slowed down.
      const diedYoung = performance.now() - since < YOUNG && death.suspects.length === 0
      if (diedYoung) this.#backoff.fail()
      else this.#backoff.reset()
      this.#fillLater()
    }
    this.#init.onDeath(death, process, since === undefined)
  }
}
