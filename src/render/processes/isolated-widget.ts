import { lookKey } from '../../widget/look.ts'
import { roomOf } from '../../widget/room.ts'
import { RenderError } from '../render-error.ts'
import type { RenderProcess } from './render-process.ts'
import type { Started } from './start-process.ts'
import type { Death, Task } from './task.ts'
import { type Cause, WidgetFailures } from './widget-failures.ts'

/** The options of an isolated widget. */
export interface IsolatedWidgetInit {
  widget: string
  /** Whether its newest code does not load. */
  isBroken(): boolean
  /** Runs a task with the previous code, if a process still has it. */
  runOld(task: Task): void
  start(onDeath: (death: Death) => void): Promise<Started>
  /** Called when the widget took its process down. */
  onDeath(death: Death): void
}

/** Milliseconds without a job after which its process ends. */
const IDLE_TIME = 30_000

/** One widget in a process of its own. */
export class IsolatedWidget {
  readonly #init: IsolatedWidgetInit
  readonly #failures = new WidgetFailures()
  #process: Promise<RenderProcess> | undefined
  #idle: NodeJS.Timeout | undefined

  constructor(init: IsolatedWidgetInit) {
    this.#init = init
  }

  async run(task: Task): Promise<void> {
    const { widget } = this.#init
    const rest = this.#failures.rest(Date.now(), toCause(task))
    if (rest > 0) {
      const wait = `${Math.ceil(rest / 1000)} s`
      return task.reject(new RenderError(widget, `keeps failing, next try in ${wait}`, { retryIn: rest }))
    }
    clearTimeout(this.#idle)
    // A new process would load the code that is on disk.
    if (!this.#process && this.#init.isBroken()) return this.#init.runOld(task)
    this.#process ??= this.#start()
    const mine = this.#process
    try {
      const process = await mine
      clearTimeout(this.#idle)
      this.#idle = setTimeout(() => this.#endIfIdle(process), IDLE_TIME)
      this.#idle.unref()
      if (process.dead) await this.run(task)
      else if (process.widgets.has(widget)) process.run(task)
      else task.reject(new RenderError(widget, 'does not load'))
    } catch (error) {
      this.#forget(mine)
      this.#failures.fail(Date.now(), [])
      task.reject(new RenderError(widget, (error as Error).message, { cause: error }))
    }
  }

  /** Records that these jobs took a process down; none if the cause is not one of them. */
  fail(guilty: readonly Task[]): void {
    this.#failures.fail(Date.now(), guilty.map(toCause))
  }

  /** Records a good picture; returns whether the widget may share a process again. */
  succeed(): boolean {
    return this.#failures.succeed(Date.now())
  }

  /** Ends the process once its jobs are done. The next job starts another, with the code that is on disk then. */
  end(): void {
    clearTimeout(this.#idle)
    const process = this.#process
    this.#process = undefined
    void process?.then((each) => each.retire()).catch(() => {})
  }

  /** Stops its timer; the process is ended by its group. */
  close(): void {
    clearTimeout(this.#idle)
  }

  #endIfIdle(process: RenderProcess): void {
    if (process.load === 0) return this.end()
    this.#idle = setTimeout(() => this.#endIfIdle(process), IDLE_TIME)
    this.#idle.unref()
  }

  /** Forgets only the current process: an old one may end after its successor has started. */
  #forget(process: Promise<RenderProcess> | undefined): void {
    if (this.#process === process) this.#process = undefined
  }

  async #start(): Promise<RenderProcess> {
    const { process } = await this.#init.start((death) => {
      void this.#process?.then((current) => {
        if (current === process) this.#process = undefined
      })
      this.#init.onDeath(death)
    })
    return process
  }
}

function toCause({ job, payers }: Task): Cause {
  return { look: `${roomOf(job)} ${job.output} ${lookKey(job.look)}`, networks: payers?.().networks ?? [] }
}
