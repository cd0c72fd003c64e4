import type { Logger } from 'pino'
import { PublicError } from '../errors.ts'
import type { WidgetFault } from '../widget/load-folder.ts'
import type { Manifest } from '../widget/manifest.ts'
import { roomOf } from '../widget/room.ts'
import { FailureLog } from './failure-log.ts'
import { type DrawFailure, LastFailures } from './last-failures.ts'
import { LivingProcesses } from './living-processes.ts'
import { LoadedCode } from './loaded-code.ts'
import type { RenderObserver } from './observer.ts'
import { Pool } from './pool.ts'
import type { RenderProcess } from './process.ts'
import type { ProcessSettings } from './process-settings.ts'
import type { Drawing, Job, JobResult, Reading, StateRequest } from './protocol.ts'
import { Quarantine } from './quarantine.ts'
import { Abandoned, noWidget, RenderError, sayWhat, tooBusy } from './render-error.ts'
import { Source } from './source.ts'
import { Spare } from './spare.ts'
import { type Started, startProcess } from './start-process.ts'
import type { Death, Task } from './task.ts'

/** How the renderer is set up. */
export interface RendererSettings {
  /** Folders of widget modules; of two modules with one name the later folder's counts. */
  folders: readonly string[]
  /** Processes that the well-behaved widgets share. */
  workers: number
  /** Milliseconds a drawing may take before its process is killed. */
  drawTimeout: number
  log: Logger
  /** Keeps a warm process for code that will be saved. @default false */
  reloads?: boolean
  /** Answers what widgets ask of their room's memory. */
  onState(request: StateRequest): Promise<unknown>
  observer?: RenderObserver
}

/** How many jobs may be under way or waiting: more are refused, as their clients would have given up. */
const MOST_JOBS = 2000

/** What a process may hold before it is killed, where its widget does not say. */
const MEMORY_BYTES = 2 ** 30

/**
 * Draws pictures in child processes. Well-behaved widgets share a few; one that takes its process down runs alone
 * from then on, and whatever else was under way is drawn again elsewhere.
 */
export class Renderer {
  readonly #settings: RendererSettings
  readonly #failures: FailureLog
  readonly #lastFailures: LastFailures
  readonly #spare: Spare | undefined
  readonly #pool: Pool
  readonly #quarantine: Quarantine
  readonly #code: LoadedCode
  readonly #living = new LivingProcesses()
  /** A process in an endless loop does not hear that this one is gone. */
  readonly #killAll = () => {
    this.#spare?.close()
    this.#living.kill('the server is gone')
  }
  #skip = new Map<string, string>()
  #jobs = 0
  /** The newest reload is the one that counts. */
  #reloads = 0
  #closed = false

  private constructor(settings: RendererSettings) {
    this.#settings = settings
    this.#code = new LoadedCode(settings.log)
    this.#failures = new FailureLog(settings.log)
    this.#lastFailures = new LastFailures(settings.folders)
    this.#spare = settings.reloads ? new Spare(MEMORY_BYTES) : undefined
    this.#pool = new Pool({
      workers: settings.workers,
      log: settings.log,
      start: (onDeath) => this.#start(this.#skip, () => true, onDeath),
      onDeath: (death, process, isRetired) => this.#bury(death, process, isRetired),
    })
    this.#quarantine = new Quarantine({
      manifestOf: (widget) => this.manifests.get(widget),
      isBroken: (widget) => this.#code.isKept(widget),
      runOld: (task) => this.#pool.runOld(task),
      start: (widget, onDeath) => {
        const { memoryBytes = MEMORY_BYTES } = this.manifests.get(widget)?.limits ?? {}
        // A spare may come to hold what every process may.
        const fork = () => (memoryBytes <= MEMORY_BYTES ? this.#spare?.take() : undefined)
        return this.#start(new Map(this.#skip), () => true, onDeath, { memoryBytes, fork })
      },
      onDeath: (widget, death) => this.#blame(widget, death, [...death.suspects, ...death.waiting]),
    })
    process.once('exit', this.#killAll)
  }

  /** Starts the processes; resolves when pictures can be drawn, rejects when none starts. */
  static async start(settings: RendererSettings): Promise<Renderer> {
    const renderer = new Renderer(settings)
    try {
      const started = await renderer.#pool.start()
      renderer.#code.learn(started)
      renderer.#pool.replace(started.process)
      return renderer
    } catch (error) {
      await renderer.close()
      throw error
    }
  }

  /** The widgets that can be drawn, by name. */
  get manifests(): ReadonlyMap<string, Manifest> {
    return this.#code.manifests
  }

  /** The modules that are no widgets, and why. */
  get faults(): readonly WidgetFault[] {
    return this.#code.faults
  }

  /** Why the newest picture of a room (`<widget>/<key>`) failed; undefined where it did not. */
  failureOf(room: string): DrawFailure | undefined {
    return this.#lastFailures.get(room)
  }

  /** The process ids of the render processes. */
  get pids(): number[] {
    return this.#living.pids
  }

  /**
   * Draws a picture; rejects with a `RenderError`, and with `Abandoned` where nobody waits when its turn comes.
   * @param interest how much it is waited for: 2 in an open picture, 1 otherwise, 0 not at all.
   */
  draw(job: Omit<Job, 'output'>, interest: () => number): Promise<Drawing> {
    return this.#run({ ...job, output: 'frame' }, interest) as Promise<Drawing>
  }

  /** Asks for the data behind a picture; rejects with a `RenderError`. */
  async data(job: Omit<Job, 'output'>, interest: () => number): Promise<unknown> {
    return this.#ask({ ...job, output: 'data' }, interest)
  }

  /** Has a widget read the parameters that only it can read; rejects with a `RenderError`. */
  async read(job: Omit<Job, 'output'>): Promise<Reading> {
    return (await this.#ask({ ...job, output: 'reading' }, () => 2)) as Reading
  }

  /** Tells a widget of `job.event`; resolves when it has seen to it, rejects with a `RenderError`. */
  async tell(job: Omit<Job, 'output'>): Promise<void> {
    await this.#ask({ ...job, output: 'event' }, () => 2)
  }

  /** Begins a widget's own source of changes; answers what ends it. */
  listen(job: Omit<Job, 'output'>, onPush: (pushed: Job['pushed']) => void): () => void {
    const source = new Source({
      job: { ...job, output: 'source' },
      dispatch: (task) => this.#dispatch(task),
      onPush,
      onFailure: (error) => {
        if (error instanceof Abandoned || this.#closed) return
        this.#failures.tell(job.widget, String(error.stack), 'a source of changes failed')
      },
    })
    return () => source.close()
  }

  /**
   * Starts anew with the code that is on disk; answers whether any of it runs. The old code goes on of modules that no
   * longer load, or where no process starts. Of several reloads at once the last one counts.
   */
  async reload(): Promise<boolean> {
    this.#reloads += 1
    const reload = this.#reloads
    const isNewest = () => reload === this.#reloads && !this.#closed
    const skip = new Map<string, string>()
    const onDeath = (death: Death, process: RenderProcess) => this.#pool.bury(death, process)
    const fork = () => this.#spare?.take()
    const started = await this.#start(skip, isNewest, onDeath, { fork }).catch((error: Error) => {
      if (isNewest())
        this.#settings.log.error({ reason: error.message }, 'cannot reload: the old code goes on running')
      return undefined
    })
    if (!isNewest()) await started?.process.close()
    if (!started || !isNewest()) return false
    this.#skip = skip
    const kept = this.#code.learn(started)
    this.#lastFailures.clear()
    this.#quarantine.renew(kept)
    this.#pool.replace(started.process, kept)
    return true
  }

  /** Ends every process; jobs that are under way reject. */
  async close(): Promise<void> {
    this.#closed = true
    process.off('exit', this.#killAll)
    this.#pool.close()
    this.#spare?.close()
    this.#quarantine.close()
    await this.#living.close()
  }

  async #ask(job: Job, interest: () => number): Promise<unknown> {
    return ((await this.#run(job, interest)) as { data: unknown }).data
  }

  async #run(job: Job, interest: () => number): Promise<JobResult> {
    const [widget, room] = [job.widget, roomOf(job)]
    if (this.#jobs >= MOST_JOBS) throw tooBusy()
    this.#jobs += 1
    try {
      const result = await new Promise<JobResult>((resolve, reject) =>
        this.#dispatch({ job, interest, resolve, reject }),
      )
      this.#quarantine.succeed(widget)
      if (job.output !== 'frame') return result
      this.#lastFailures.forget(room)
      this.#settings.observer?.drawn(widget, result as Drawing)
      return result
    } catch (error) {
      if (job.output === 'frame' && !(error instanceof Abandoned)) this.#settings.observer?.failed(widget)
      if (error instanceof PublicError || error instanceof Abandoned) throw error
      const what = sayWhat(job)
      if (!this.#closed) {
        if (job.output === 'frame') this.#lastFailures.thrown(room, error as Error)
        this.#failures.tell(widget, String((error as Error).stack), `a widget ${what}`)
      }
      throw new RenderError(widget, what, { cause: error })
    } finally {
      this.#jobs -= 1
    }
  }

  #dispatch(task: Task): void {
    if (this.#closed) return task.reject(new Error('the server is stopping'))
    const { widget } = task.job
    // Its file is gone; of one that is there and does not load the pool and the process of its own know best.
    if (!this.#code.has(widget)) return task.reject(noWidget(widget))
    const solitary = this.#quarantine.find(widget)
    if (solitary) {
      this.#spare?.want(2)
      void solitary.run(task)
    } else this.#pool.run(task)
  }

  #start(
    skip: Map<string, string>,
    isWanted: () => boolean,
    onDeath: (death: Death, process: RenderProcess) => void,
    more: Partial<Pick<ProcessSettings, 'fork' | 'memoryBytes'>> = {},
  ): Promise<Started> {
    const { log, folders, drawTimeout, onState } = this.#settings
    return startProcess({
      settings: {
        folders,
        drawTimeout,
        fork: more.fork,
        memoryBytes: more.memoryBytes ?? MEMORY_BYTES,
        onState,
        onOutput: (line, renderer) => log.info({ renderer }, line),
        onStray: (widget, failure) =>
          this.#failures.tell(widget ?? 'a widget', failure, 'a widget failed outside of its drawing'),
      },
      skip,
      living: this.#living,
      isWanted: () => !this.#closed && isWanted(),
      onDeath: (death, process) => {
        this.#settings.observer?.died()
        onDeath(death, process)
      },
    })
  }

  /** A shared process died: draws the innocent again at once, names the guilty, or tries the suspects alone. */
  #bury(death: Death, process: RenderProcess, isRetired: boolean): void {
    // What the code of yesterday did is not held against today's.
    if (isRetired) {
      for (const task of [...death.suspects, ...death.waiting]) this.#dispatch(task)
      return
    }
    const suspects = new Set(death.suspects.map(({ job }) => job.widget))
    // Between two pictures it was something a widget had begun before, or nobody: whom the kernel or a person kills.
    if (suspects.size === 0 && !death.fromOutside) for (const widget of process.seen) suspects.add(widget)
    this.#settings.log.warn({ reason: death.reason, widgets: [...suspects] }, 'a render process died')
    for (const widget of suspects) this.#quarantine.isolate(widget)
    // Whoever was drawn when somebody else killed the process is tried once more, alone.
    const [only] = death.fromOutside ? [] : suspects
    if (suspects.size === 1 && only !== undefined) this.#blame(only, death, death.suspects)
    else for (const task of death.suspects) this.#dispatch(task)
    for (const task of death.waiting) this.#dispatch(task)
  }

  #blame(widget: string, { reason }: Death, tasks: Task[]): void {
    this.#quarantine.fail(widget)
    this.#failures.tell(widget, reason, 'a widget took its render process down')
    for (const task of tasks) {
      this.#lastFailures.found(roomOf(task.job), reason)
      task.reject(new RenderError(widget, reason))
    }
  }
}
