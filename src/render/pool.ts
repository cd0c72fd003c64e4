import type { Logger } from 'pino'
import type { RenderProcess } from './process.ts'
import { RenderError } from './render-error.ts'
import type { Started } from './start-process.ts'
import type { Death, Task } from './task.ts'

/** What a pool is made of. */
export interface PoolInit {
  /** How many processes there are to be. */
  workers: number
  log: Logger
  /** Starts one with the code that is on disk. */
  start(onDeath: (death: Death, process: RenderProcess) => void): Promise<Started>
  /** Told of each death, after the pool has seen to its own side of it. */
  onDeath(death: Death, process: RenderProcess, isRetired: boolean): void
}

/** A process that dies so soon after its start would be started again for ever, at the cost of a whole processor. */
const YOUNG = 5_000
const FIRST_PAUSE = 250
const LONGEST_PAUSE = 10_000

/** The processes that well-behaved widgets share: keeps as many as there are to be, and hands out the jobs. */
export class Pool {
  readonly #init: PoolInit
  readonly #processes = new Map<RenderProcess, number>()
  /** One for each widget whose newer code does not load, the newest first. */
  #elders: RenderProcess[] = []
  /** Jobs that came while no process was up. */
  readonly #queue: Task[] = []
  /** Whatever was started before the code was replaced is not wanted when it is up. */
  #generation = 0
  #starting = 0
  #setbacks = 0
  #retry: NodeJS.Timeout | undefined
  #closed = false

  constructor(init: PoolInit) {
    this.#init = init
  }

  /** Its processes. */
  get processes(): RenderProcess[] {
    return [...this.#processes.keys()]
  }

  run(task: Task): void {
    if (this.#closed) return task.reject(new Error('the server is stopping'))
    if (this.#processes.size === 0) return void this.#queue.push(task)
    let least: RenderProcess | undefined
    for (const process of this.#processes.keys()) {
      if (!process.widgets.has(task.job.widget)) continue
      if (!least || process.load < least.load) least = process
    }
    if (least) least.run(task)
    else this.runOld(task)
  }

  /** Starts one that `replace` takes; its death is seen to like that of any other. */
  start(): Promise<Started> {
    return this.#init.start((death, process) => this.bury(death, process))
  }

  /**
   * Takes a process with new code in the place of all others, which end when their jobs are done.
   * @param kept widgets that go on with the code from before. @default none
   */
  replace(process: RenderProcess, kept: ReadonlySet<string> = new Set()): void {
    const old = [...this.processes, ...this.#elders]
    const keepers = new Set([...kept].map((widget) => old.find((each) => each.widgets.has(widget))))
    this.#elders = old.filter((each) => keepers.has(each))
    this.#generation += 1
    this.#processes.clear()
    this.#setbacks = 0
    this.#add(process)
    this.#fill()
    for (const each of old) if (!keepers.has(each)) void each.retire()
  }

  /** Hands out no more jobs; the processes end elsewhere. */
  close(): void {
    this.#closed = true
    clearTimeout(this.#retry)
    this.#refuseQueue('the server is stopping')
  }

  /** Runs a task with the code from before, where there is a process that has it. */
  runOld(task: Task): void {
    const { widget } = task.job
    const elder = this.#elders.find((each) => each.widgets.has(widget))
    if (elder) elder.run(task)
    // Its module was broken after it had been good, and the process that had the good code is gone.
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
        setTimeout(() => this.#settleDown(process), YOUNG).unref()
      }
    } catch (error) {
      if (this.#closed) return
      this.#init.log.error({ reason: (error as Error).message }, 'a render process does not start')
      this.#setbacks += 1
      if (this.#processes.size === 0) this.#refuseQueue('no render process starts')
    } finally {
      this.#starting -= 1
      this.#fillLater()
    }
  }

  #fillLater(): void {
    if (this.#setbacks === 0) return this.#fill()
    const pause = Math.min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** (this.#setbacks - 1))
    if (this.#closed) return
    clearTimeout(this.#retry)
    this.#retry = setTimeout(() => this.#fill(), pause)
  }

  #settleDown(process: RenderProcess): void {
    if (this.#processes.has(process)) this.#setbacks = 0
  }

  #refuseQueue(reason: string): void {
    for (const task of this.#queue.splice(0)) task.reject(new Error(reason))
  }

  /** Sees to a process that died: it may have been one of the pool's, or retired from it before. */
  bury(death: Death, process: RenderProcess): void {
    const since = this.#processes.get(process)
    this.#elders = this.#elders.filter((each) => each !== process)
    if (this.#processes.delete(process) && since !== undefined) {
      // What a widget did in a drawing is seen to by its isolation; only a process that fell on its own is slowed down.
      const fellYoung = performance.now() - since < YOUNG && death.suspects.length === 0
      this.#setbacks = fellYoung ? this.#setbacks + 1 : 0
      this.#fillLater()
    }
    this.#init.onDeath(death, process, since === undefined)
  }
}
