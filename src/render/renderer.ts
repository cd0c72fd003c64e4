import { ProcessGroup } from '../system/process-group.ts'
import type { WidgetFault } from '../widget/load-folder.ts'
import type { Manifest } from '../widget/manifest.ts'
import type { Roles } from '../widget/role.ts'
import { roomOf } from '../widget/room.ts'
import { DrawQueue } from './draw-queue.ts'
import { type DrawFailure, Failures } from './failures.ts'
import { FairShares } from './fair-shares.ts'
import { FontLog } from './font-log.ts'
import { type Demand, JobRunner } from './job-runner.ts'
import { LoadedCode } from './loaded-code.ts'
import type { RenderLoad } from './observer.ts'
import { Isolation } from './processes/isolation.ts'
import { Pool } from './processes/pool.ts'
import type { ProcessSettings, RenderProcess } from './processes/render-process.ts'
import { type Started, startProcess } from './processes/start-process.ts'
import type { Death, Task } from './processes/task.ts'
import { WarmProcesses } from './processes/warm-processes.ts'
import type { Drawing, Job, LoadResult, PictureFacts, Reading } from './protocol.ts'
import { noWidget, RenderError } from './render-error.ts'
import type { RendererSettings } from './renderer-settings.ts'
import { StartError } from './start-error.ts'
import { startSource } from './start-source.ts'

/** The memory limit of a process whose widget declares none. */
const MEMORY_BYTES = 2 ** 30

/**
 * Draws pictures in child processes. Well-behaved widgets share a few; one that takes its process down runs alone
 * from then on, and all other jobs of that process are drawn again elsewhere.
 */
export class Renderer {
  readonly #settings: RendererSettings
  readonly #failures: Failures
  readonly #warm: WarmProcesses | undefined
  readonly #pool: Pool
  readonly #isolation: Isolation
  readonly #code: LoadedCode
  readonly #fontLog: FontLog
  readonly #processes = new ProcessGroup()
  readonly #queue: DrawQueue
  readonly #shares = new FairShares()
  readonly #runner: JobRunner
  readonly #retried = new WeakSet<Task>()
  #skip = new Map<string, string>()
  /** The newest reload is the one that counts. */
  #reloads = 0
  #closed = false

  private constructor(settings: RendererSettings) {
    const { workers, log } = settings
    this.#settings = settings
    this.#queue = new DrawQueue((wait) => settings.observer?.waited(wait))
    this.#code = new LoadedCode(log)
    this.#fontLog = new FontLog(log)
    this.#failures = new Failures(settings.folders, log)
    this.#runner = new JobRunner({
      failures: this.#failures,
      ...{ queue: this.#queue, observer: settings.observer, clockOffset: settings.clockOffset },
      dispatch: (task) => this.#dispatch(task),
      onSuccess: (widget) => this.#isolation.succeed(widget),
      isClosed: () => this.#closed,
    })
    this.#warm = settings.reloads ? new WarmProcesses(MEMORY_BYTES, log) : undefined
    this.#pool = new Pool({
      workers,
      log,
      isOverShare: ({ job, payers }) => payers !== undefined && this.#shares.isOver(payers(), roomOf(job)),
      start: (onDeath) => this.#start(this.#skip, () => true, onDeath),
      onDeath: (death, process, isRetired) => this.#handleDeath(death, process, isRetired),
    })
    this.#isolation = new Isolation({
      manifestOf: (widget) => this.manifests.get(widget),
      isBroken: (widget) => this.#code.isKept(widget),
      runOld: (task) => this.#pool.runOld(task),
      start: (widget, onDeath) => {
        const { memoryBytes = MEMORY_BYTES } = this.manifests.get(widget)?.limits ?? {}
        // The heap limit of a warm process was set when it started.
        const fork = () => (memoryBytes <= MEMORY_BYTES ? this.#warm?.take() : undefined)
        return this.#start(new Map(this.#skip), () => true, onDeath, { memoryBytes, fork })
      },
      onDeath: (widget, death) => this.#blame(widget, death),
    })
  }

  /** Starts the processes; resolves when pictures can be drawn, rejects when none starts. */
  static async start(settings: RendererSettings): Promise<Renderer> {
    const renderer = new Renderer(settings)
    try {
      const started = await renderer.#pool.start()
      renderer.#code.update(started)
      renderer.#pool.replace(started.process)
      return renderer
    } catch (error) {
      await renderer.close()
      throw new StartError(error as Error)
    }
  }

  /** The widgets that can be drawn, by name. */
  get manifests(): ReadonlyMap<string, Manifest> {
    return this.#code.manifests
  }

  /** The names of the widgets that serve a part of the server. */
  get roles(): Roles {
    return this.#code.roles
  }

  /** The modules that are not widgets, and why. */
  get faults(): readonly WidgetFault[] {
    return this.#code.faults
  }

  /** Every file that the newest code was read from. */
  get files(): readonly string[] {
    return this.#code.files
  }

  /** Why the last drawing of a room (`<widget>/<key>`) failed; undefined if it succeeded. */
  failureOf(room: string): DrawFailure | undefined {
    return this.#failures.get(room)
  }

  /** The process ids of the render processes. */
  get pids(): number[] {
    return this.#processes.pids
  }

  get load(): RenderLoad {
    const { usage, pids } = this.#processes
    return { usage, processes: pids.length, workers: this.#settings.workers, waiting: this.#queue.size }
  }

  /**
   * Draws a picture, for a `Demand`. Rejects with a `RenderError`, and with `Abandoned` if `interest` is 0 when its turn comes.
   */
  draw(job: Omit<Job, 'output'>, interest: Demand['interest'], payers?: Demand['payers']): Promise<Drawing> {
    return this.#runner.run({ ...job, output: 'frame' }, { interest, payers }) as Promise<Drawing>
  }

  /** Returns the data behind a picture, and its words; rejects with a `RenderError`. */
  async data(
    job: Omit<Job, 'output'>,
    interest: Demand['interest'],
    payers?: Demand['payers'],
  ): Promise<PictureFacts> {
    return (await this.#runForData({ ...job, output: 'json' }, { interest, payers })) as PictureFacts
  }

  /** Runs a widget's `load`; rejects with a `RenderError`. */
  async loadData(job: Omit<Job, 'output'>, payers?: Demand['payers']): Promise<LoadResult> {
    return (await this.#runForData({ ...job, output: 'load' }, { interest: () => 2, payers })) as LoadResult
  }

  /** Calls a widget to read the parameters that only it can read; rejects with a `RenderError`. */
  async read(job: Omit<Job, 'output'>): Promise<Reading> {
    return (await this.#runForData({ ...job, output: 'reading' }, { interest: () => 2 })) as Reading
  }

  /** Passes `job.event` to a widget; resolves when the widget has handled it, rejects with a `RenderError`. */
  async sendEvent(job: Omit<Job, 'output'>): Promise<void> {
    await this.#runForData({ ...job, output: 'event' }, { interest: () => 2 })
  }

  /** Starts a widget's own source of changes; returns a function that ends it. */
  startSource(job: Omit<Job, 'output'>, onPush: (pushed: Job['pushed']) => void): () => void {
    return startSource({
      job: { ...job, output: 'source' },
      failures: this.#failures,
      dispatch: (task) => this.#dispatch(task),
      onPush,
      isClosed: () => this.#closed,
    })
  }

  /**
   * Loads the code that is on disk into new processes; returns whether it runs. The previous code keeps running for modules
   * that no longer load, and for all modules if no process starts. If several reloads overlap, the last one counts.
   */
  async reload(): Promise<boolean> {
    this.#reloads += 1
    const reload = this.#reloads
    const isNewest = () => reload === this.#reloads && !this.#closed
    const skip = new Map<string, string>()
    const onDeath = (death: Death, process: RenderProcess) => this.#pool.handleDeath(death, process)
    const fork = () => this.#warm?.take()
    const started = await this.#start(skip, isNewest, onDeath, { fork }).catch((error: Error) => {
      const message = 'cannot reload: the previous code continues to run'
      if (isNewest()) this.#settings.log.error({ reason: error.message }, message)
      return undefined
    })
    if (!isNewest()) await started?.process.close()
    if (!started || !isNewest()) return false
    this.#skip = skip
    const kept = this.#code.update(started)
    this.#failures.clear()
    this.#isolation.renew(kept)
    this.#pool.replace(started.process, kept)
    return true
  }

  /** Ends every process; unfinished jobs reject. */
  async close(): Promise<void> {
    this.#closed = true
    this.#fontLog.close()
    this.#pool.close()
    this.#warm?.close()
    this.#isolation.close()
    await this.#processes.close()
  }

  async #runForData(job: Job, demand: Demand): Promise<unknown> {
    return ((await this.#runner.run(job, demand)) as { data: unknown }).data
  }

  #dispatch(task: Task): void {
    if (this.#closed) return task.reject(new Error('the server is stopping'))
    const { widget } = task.job
    // A widget whose file exists but does not load is left to the pool and to its own process.
    if (!this.#code.has(widget)) return task.reject(noWidget(widget))
    const isolated = this.#isolation.find(widget)
    if (isolated) {
      this.#warm?.want(2)
      void isolated.run(task)
    } else this.#pool.run(task)
  }

  #start(
    skip: Map<string, string>,
    isWanted: () => boolean,
    onDeath: (death: Death, process: RenderProcess) => void,
    more: Partial<Pick<ProcessSettings, 'fork' | 'memoryBytes'>> = {},
  ): Promise<Started> {
    const { log, folders, fonts, drawTimeout, onState, onImage } = this.#settings
    return startProcess({
      settings: {
        ...{ folders, fonts },
        fontLog: this.#fontLog,
        drawTimeout,
        shares: this.#shares,
        fork: more.fork,
        memoryBytes: more.memoryBytes ?? MEMORY_BYTES,
        ...{ onState, onImage },
        onOutput: (line, renderer) => log.info({ renderer }, line),
        onStray: ({ widget, room, message, failure }) => {
          if (room !== undefined) this.#failures.recordSource(room, { message, stack: failure })
          this.#failures.log(widget ?? 'a widget', failure, 'a widget failed outside of its drawing')
        },
      },
      skip,
      group: this.#processes,
      isWanted: () => !this.#closed && isWanted(),
      onDeath: (death, process) => {
        this.#settings.observer?.died()
        onDeath(death, process)
      },
    })
  }

  /** A shared process died: draws the innocent jobs again at once, blames the guilty widget, or isolates the suspects. */
  #handleDeath(death: Death, process: RenderProcess, isRetired: boolean): void {
    // Failures of replaced code do not count for the new code.
    if (isRetired) {
      for (const task of [...death.suspects, ...death.waiting]) this.#dispatch(task)
      return
    }
    const suspects = new Set(death.suspects.map(({ job }) => job.widget))
    // Between two pictures the cause is code that a widget had started before, unless the process was killed from outside.
    if (suspects.size === 0 && !death.fromOutside)
      for (const widget of process.usedWidgets) suspects.add(widget)
    this.#settings.log.warn({ reason: death.reason, widgets: [...suspects] }, 'a render process died')
    for (const widget of suspects) this.#isolation.isolate(widget)
    // Jobs that were active when the process was killed from outside are retried once, alone.
    const [only] = death.fromOutside ? [] : suspects
    if (suspects.size === 1 && only !== undefined) return this.#blame(only, death)
    for (const task of [...death.suspects, ...death.waiting]) this.#dispatch(task)
  }

  /** Blames the look that was being drawn, or else all that were loading. Draws the others again. */
  #blame(widget: string, { reason, drawing, suspects, waiting }: Death): void {
    const guilty = drawing ? [drawing] : suspects
    this.#isolation.fail(widget, guilty)
    this.#failures.log(widget, reason, 'a widget took its render process down')
    for (const task of guilty) {
      this.#failures.recordReason(roomOf(task.job), reason)
      task.reject(new RenderError(widget, reason))
    }
    for (const task of suspects) if (!guilty.includes(task)) this.#retryOnce(task, reason)
    for (const task of waiting) this.#dispatch(task)
  }

  /** A job that was loading when its process died may be the cause after all: it gets one more attempt. */
  #retryOnce(task: Task, reason: string): void {
    if (this.#retried.has(task)) return task.reject(new RenderError(task.job.widget, reason))
    this.#retried.add(task)
    this.#dispatch(task)
  }
}
