import type { Logger } from 'pino'
import type { WidgetFault } from '../widget/load-folder.ts'
import type { Manifest } from '../widget/manifest.ts'
import { FailureLog } from './failure-log.ts'
import { IsolationRecord } from './isolation.ts'
import type { Death, RenderProcess, Task } from './process.ts'
import type { Drawing, Job, JobResult, StateRequest } from './protocol.ts'
import { RenderError } from './render-error.ts'
import { type Started, startProcess } from './start-process.ts'

/** How the renderer is set up. */
export interface RendererSettings {
  /** Folders of widget modules; of two modules with one name the later folder's counts. */
  folders: readonly string[]
  /** Processes that the well-behaved widgets share. */
  workers: number
  /** Milliseconds a drawing may take before its process is killed. */
  drawTimeout: number
  log: Logger
  /** Answers what widgets ask of their room's memory. */
  onState(request: StateRequest): Promise<unknown>
}

/** One widget in a process of its own. */
interface Isolation {
  record: IsolationRecord
  process: Promise<RenderProcess> | undefined
  idleTimer: NodeJS.Timeout | undefined
}

/** An isolated widget's process ends after so many milliseconds without a job. */
const IDLE_TIME = 30_000

/**
 * Draws pictures in child processes. Well-behaved widgets share a few; one that takes its process down runs alone
 * from then on, and whatever else was under way is drawn again elsewhere.
 */
export class Renderer {
  readonly #settings: RendererSettings
  readonly #failures: FailureLog
  readonly #shared = new Set<RenderProcess>()
  readonly #starting = new Set<RenderProcess>()
  readonly #isolated = new Map<string, Isolation>()
  /** Jobs that came while no process was up. */
  readonly #queue: Task[] = []
  #skip = new Map<string, string>()
  #manifests = new Map<string, Manifest>()
  #faults: WidgetFault[] = []
  #closed = false

  private constructor(settings: RendererSettings) {
    this.#settings = settings
    this.#failures = new FailureLog(settings.log)
  }

  /** Starts the processes; resolves when pictures can be drawn. Rejects where a folder cannot be read. */
  static async start(settings: RendererSettings): Promise<Renderer> {
    const renderer = new Renderer(settings)
    try {
      renderer.#adopt(await renderer.#startProcess(renderer.#skip))
    } catch (error) {
      await renderer.close()
      throw error
    }
    for (let count = 1; count < settings.workers; count += 1) void renderer.#refill()
    return renderer
  }

  /** The widgets that can be drawn, by name. */
  get manifests(): ReadonlyMap<string, Manifest> {
    return this.#manifests
  }

  /** The modules that are no widgets, and why. */
  get faults(): readonly WidgetFault[] {
    return this.#faults
  }

  /** The process ids of all render processes, for whoever measures them. */
  get pids(): number[] {
    return [...this.#shared, ...this.#starting].flatMap(({ pid, dead }) => (pid && !dead ? [pid] : []))
  }

  /** Draws a picture; rejects with a `RenderError`. */
  async draw(job: Omit<Job, 'output'>): Promise<Drawing> {
    return (await this.#run({ ...job, output: 'frame' })) as Drawing
  }

  /** Asks for the data behind a picture; rejects with a `RenderError`. */
  async data(job: Omit<Job, 'output'>): Promise<unknown> {
    return ((await this.#run({ ...job, output: 'data' })) as { data: unknown }).data
  }

  /**
   * Starts anew with the code that is on disk. Where a module that was good no longer loads, the old code goes on
   * running and the fault is told; answers whether the new code runs.
   */
  async reload(changed: ReadonlySet<string>): Promise<boolean> {
    const skip = new Map<string, string>()
    const started = await this.#startProcess(skip)
    if (this.#closed) return false
    const worse = started.faults.filter(({ name }) => this.#manifests.has(name))
    if (worse.length > 0) {
      this.#faults = started.faults
      for (const { file, message } of worse) {
        this.#settings.log.error(
          { file, reason: message },
          'a widget does not load: its old code goes on running',
        )
      }
      this.#starting.delete(started.process)
      await started.process.close()
      return false
    }
    const old = [...this.#shared]
    this.#shared.clear()
    this.#skip = skip
    this.#adopt(started)
    for (let count = 1; count < this.#settings.workers; count += 1) void this.#refill()
    for (const name of changed) this.#endIsolation(name)
    await Promise.all(old.map((process) => process.retire()))
    return true
  }

  /** Ends every process; jobs that are under way reject. */
  async close(): Promise<void> {
    this.#closed = true
    for (const task of this.#queue.splice(0)) task.reject(new Error('the server is stopping'))
    const isolated = [...this.#isolated.values()].map(async ({ process, idleTimer }) => {
      clearTimeout(idleTimer)
      await (await process?.catch(() => undefined))?.close()
    })
    await Promise.all([
      ...[...this.#shared, ...this.#starting].map((process) => process.close()),
      ...isolated,
    ])
  }

  async #run(job: Job): Promise<JobResult> {
    const { widget } = job
    try {
      const result = await new Promise<JobResult>((resolve, reject) =>
        this.#dispatch({ job, resolve, reject }),
      )
      const isolation = this.#isolated.get(widget)
      if (isolation?.record.succeed(Date.now())) this.#endIsolation(widget)
      return result
    } catch (error) {
      if (error instanceof RenderError) throw error
      if (!this.#closed)
        this.#failures.tell(widget, String((error as Error).stack), 'a widget failed to draw')
      throw new RenderError(widget, 'failed to draw', { cause: error })
    }
  }

  #dispatchAll(tasks: readonly Task[]): void {
    for (const task of tasks) this.#dispatch(task)
  }

  #dispatch(task: Task): void {
    if (this.#closed) return task.reject(new Error('the server is stopping'))
    const isolation = this.#isolated.get(task.job.widget)
    if (isolation) return void this.#dispatchAlone(task, isolation)
    const [first, ...others] = this.#shared
    if (!first) return void this.#queue.push(task)
    others.reduce((least, process) => (process.load < least.load ? process : least), first).run(task)
  }

  async #dispatchAlone(task: Task, isolation: Isolation): Promise<void> {
    const { widget } = task.job
    const rest = isolation.record.rest(Date.now())
    if (rest > 0) {
      const wait = `${Math.ceil(rest / 1000)} s`
      return task.reject(new RenderError(widget, `keeps failing, next try in ${wait}`, { retryIn: rest }))
    }
    clearTimeout(isolation.idleTimer)
    isolation.process ??= this.#startAlone(widget, isolation)
    try {
      const process = await isolation.process
      isolation.idleTimer = setTimeout(() => this.#idle(isolation), IDLE_TIME)
      isolation.idleTimer.unref()
      if (process.dead) this.#dispatch(task)
      else process.run(task)
    } catch (error) {
      isolation.process = undefined
      task.reject(new RenderError(widget, (error as Error).message, { cause: error }))
    }
  }

  async #startAlone(widget: string, isolation: Isolation): Promise<RenderProcess> {
    const { process } = await this.#startProcess(new Map(this.#skip), (death) => {
      isolation.process = undefined
      this.#blame(widget, death, [...death.suspects, ...death.waiting])
    })
    this.#starting.delete(process)
    return process
  }

  async #idle(isolation: Isolation): Promise<void> {
    const process = isolation.process
    isolation.process = undefined
    await (await process)?.retire()
  }

  /** Starts a process that is not yet shared; `onDeath` is told when it dies after it was up. */
  async #startProcess(
    skip: Map<string, string>,
    onDeath = (death: Death, process: RenderProcess) => this.#bury(death, process),
  ): Promise<Started> {
    const { log, folders, drawTimeout, onState } = this.#settings
    return startProcess({
      settings: { folders, drawTimeout, onState, onOutput: (line, pid) => log.info({ pid }, line) },
      skip,
      starting: this.#starting,
      isWanted: () => !this.#closed,
      onDeath,
    })
  }

  #adopt({ process, manifests, faults }: Started): void {
    this.#starting.delete(process)
    this.#shared.add(process)
    const known = new Set(this.#faults.map(({ file, message }) => file + message))
    for (const { file, message } of faults) {
      if (!known.has(file + message)) this.#settings.log.error({ file, reason: message }, 'not a widget')
    }
    this.#faults = faults
    this.#manifests = new Map(manifests.map((manifest) => [manifest.name, manifest]))
    this.#dispatchAll(this.#queue.splice(0))
  }

  async #refill(): Promise<void> {
    try {
      const started = await this.#startProcess(this.#skip)
      if (this.#closed || this.#shared.size >= this.#settings.workers) {
        this.#starting.delete(started.process)
        await started.process.close()
      } else this.#adopt(started)
    } catch (error) {
      if (this.#closed) return
      this.#settings.log.error({ error: (error as Error).message }, 'a render process does not start')
      if (this.#shared.size === 0) setTimeout(() => void this.#refill(), 1000)
    }
  }

  /** A shared process died: draws the innocent again at once, names the guilty, or tries the suspects alone. */
  #bury(death: Death, process: RenderProcess): void {
    // A process that was retiring has its jobs done by those that took its place.
    if (!this.#shared.delete(process)) return this.#dispatchAll([...death.suspects, ...death.waiting])
    if (!this.#closed) void this.#refill()
    const suspects = new Set(death.suspects.map(({ job }) => job.widget))
    if (suspects.size === 0) for (const widget of process.seen) suspects.add(widget)
    for (const widget of suspects) if (!this.#isolated.has(widget)) this.#isolate(widget)
    const [only] = suspects
    if (suspects.size === 1 && only !== undefined) this.#blame(only, death, death.suspects)
    else this.#dispatchAll(death.suspects)
    this.#dispatchAll(death.waiting)
  }

  #isolate(widget: string): void {
    this.#isolated.set(widget, { record: new IsolationRecord(), process: undefined, idleTimer: undefined })
  }

  #blame(widget: string, { reason }: Death, tasks: Task[]): void {
    this.#isolated.get(widget)?.record.fail(Date.now())
    this.#failures.tell(widget, reason, 'a widget took its render process down')
    for (const task of tasks) task.reject(new RenderError(widget, reason))
  }

  #endIsolation(widget: string): void {
    const isolation = this.#isolated.get(widget)
    this.#isolated.delete(widget)
    clearTimeout(isolation?.idleTimer)
    void isolation?.process?.then((process) => process.retire()).catch(() => {})
  }
}
