import type { ChildProcess } from 'node:child_process'
import { isStoreUnavailable } from '../../errors.ts'
import { type ProcessExit, SupervisedProcess } from '../../system/supervised-process.ts'
import type { Manifest } from '../../widget/manifest.ts'
import type { FairShares } from '../fair-shares.ts'
import type { FontLog } from '../font-log.ts'
import type { FromHost, ImageRequest, JobResult, Loaded, StateRequest, Stray, ToHost } from '../protocol.ts'
import { Abandoned, toJobError } from '../render-error.ts'
import { forkHost } from './fork-host.ts'
import type { Death, Task } from './task.ts'
import { TaskSchedule } from './task-schedule.ts'

/** The options of a render process: its code, its limits and its callbacks. */
export interface ProcessSettings {
  folders: readonly string[]
  /** Modules to skip, with the reason. */
  skip: ReadonlyMap<string, string>
  /** Resident memory above which the process is killed. */
  memoryBytes: number
  /** Returns a process that waits for its `start` message. @default a new one */
  fork?: (() => ChildProcess | undefined) | undefined
  /** Milliseconds that a `load` may take, and then a drawing; a process that does not respond is killed. */
  drawTimeout: number
  /** Milliseconds that the process may take to start, and then all modules together to load. */
  startTimeout: number
  /** What each network has had drawn. */
  shares: FairShares
  /** Called when it died without being closed. */
  onDeath(death: Death): void
  /** Called when it gets its first job, or one after it had none. @default nothing is */
  onBusy?(): void
  /** Called when it has ended in any way. */
  onEnd(): void
  /** Folders of fonts. @default none */
  fonts?: readonly string[] | undefined
  /** Receives what is missing in the fonts. @default nothing does */
  fontLog?: FontLog | undefined
  /** Reads or writes a room's state. */
  onState(request: StateRequest): Promise<unknown>
  /** Fetches a picture of another server. @default none can be fetched */
  onImage?: ((url: string) => Promise<Uint8Array>) | undefined
  /** Receives an error of a widget's outside of any job: in a timer, or in a promise that is not awaited. */
  onStray(stray: Stray): void
  /** Receives lines that widgets write to stdout and stderr. */
  onOutput(line: string, pid: number | undefined): void
}

/** Milliseconds between two checks whether an ending process has finished its jobs. */
const RETIRE_CHECK = 20

/** One child process that runs widget code. */
export class RenderProcess {
  readonly ready: Promise<Loaded>
  /** The widgets it has loaded, by name. */
  readonly widgets = new Map<string, Manifest>()
  /** The widgets that it has drawn since it started. */
  readonly usedWidgets = new Set<string>()
  readonly #settings: ProcessSettings
  readonly #process: SupervisedProcess
  readonly #schedule: TaskSchedule
  #up = false
  #loading: string | undefined
  #startTimer: NodeJS.Timeout

  constructor(settings: ProcessSettings) {
    this.#settings = settings
    const child = settings.fork?.() ?? forkHost(settings.memoryBytes)
    this.#process = new SupervisedProcess(child, {
      textOutputs: ['stdout', 'stderr'],
      onLine: (line) => settings.onOutput(line, this.pid),
      onExit: (exit) => this.#end(exit),
    })
    this.#schedule = new TaskSchedule({
      widgets: this.widgets,
      drawTimeout: settings.drawTimeout,
      shares: settings.shares,
      send: (message) => this.#send(message),
      kill: (reason) => this.kill(reason),
    })
    this.ready = new Promise((resolve, reject) => {
      child.on('message', (message: FromHost | null) => {
        // A library in a widget may use `process.send` for messages of its own.
        try {
          if (typeof message?.type === 'string') this.#receive(message, resolve, reject)
        } catch (error) {
          const message = `sent a malformed message: ${(error as Error).message}`
          settings.onStray({ widget: undefined, room: undefined, message, failure: message })
        }
      })
      void this.#process.exited.then((exit) => reject(new Error(describeExit(exit))))
    })
    this.ready.catch(() => {})
    this.#startTimer = this.#limitStart()
    const { folders, skip, fonts = [], fontLog } = settings
    this.#send({ type: 'start', folders, skip, fonts, reportsFonts: fontLog?.wantsReport ?? false })
  }

  get pid(): number | undefined {
    return this.#process.pid
  }

  /** The number of its jobs. */
  get load(): number {
    return this.#schedule.size
  }

  /** Whether it has started and has no jobs. */
  get isIdle(): boolean {
    return this.#up && this.load === 0
  }

  get dead(): boolean {
    return this.#process.dead
  }

  run(task: Task): void {
    this.usedWidgets.add(task.job.widget)
    if (this.load === 0) this.#settings.onBusy?.()
    this.#schedule.add(task)
  }

  /** Kills the process at once; `reason` is shown on the error card. */
  kill(reason: string): void {
    this.#process.kill(reason)
  }

  /** Ends the process without calling `onDeath`, even if jobs are unfinished. */
  async close(): Promise<void> {
    await this.#process.close()
  }

  /** Ends the process once its jobs are done, which takes no longer than the time limits allow. */
  async retire(): Promise<void> {
    this.#schedule.abortSources()
    while (this.load > 0 && !this.dead) await new Promise((resolve) => setTimeout(resolve, RETIRE_CHECK))
    await this.close()
  }

  #receive(message: FromHost, started: (loaded: Loaded) => void, refused: (error: Error) => void): void {
    switch (message.type) {
      case 'loading':
        if (this.#up || this.dead) return
        // The start of the process itself is not counted for its modules: a busy machine delays it.
        if (this.#loading === undefined) {
          clearTimeout(this.#startTimer)
          this.#startTimer = this.#limitStart()
        }
        this.#loading = message.file
        return
      case 'ready':
        if (this.#up) return
        this.#up = true
        this.#loading = undefined
        clearTimeout(this.#startTimer)
        for (const manifest of message.manifests) this.widgets.set(manifest.name, manifest)
        return started(message)
      case 'fatal':
        if (this.#up) return
        clearTimeout(this.#startTimer)
        return refused(new Error(message.message))
      case 'loaded':
        return this.#schedule.loaded(message.id)
      case 'batch':
        for (const each of message.messages) this.#receive(each, started, refused)
        return
      case 'paused':
        return this.#schedule.paused(message.id)
      case 'done': {
        const { result } = message
        if (!isWhole(result)) throw new TypeError('expected a picture with bytes and timings')
        return this.#schedule.settle(message.id, ({ resolve }) => resolve(result))
      }
      case 'failed':
        return this.#schedule.settle(message.id, ({ reject }) =>
          reject(toJobError(message.message, message.stack, message.shown)),
        )
      case 'fonts':
        return this.#settings.fontLog?.report(message)
      case 'missing':
        return this.#settings.fontLog?.miss(message.script)
      case 'stray':
        return this.#settings.onStray(message)
      case 'state':
        return void this.#respondToState(message.id, message.request)
      case 'push':
        this.#schedule.get(message.id)?.onPush?.(message.pushed)
        return this.#send({ type: 'pushed', id: message.id })
    }
  }

  async #respondToState(id: number, request: StateRequest | ImageRequest): Promise<void> {
    try {
      const { onState, onImage } = this.#settings
      const value = request.operation === 'image' ? await onImage?.(request.url) : await onState(request)
      this.#send({ type: 'state', id, value })
    } catch (error) {
      this.#send({
        ...{ type: 'state', id, error: (error as Error).message },
        isUnavailable: isStoreUnavailable(error),
      })
    }
  }

  #limitStart(): NodeJS.Timeout {
    return setTimeout(() => this.kill('took too long to load'), this.#settings.startTimeout)
  }

  #send(message: ToHost): void {
    // A dying child's channel closes before its `exit` event, which settles the jobs that it did not get.
    const { child } = this.#process
    if (child.connected) child.send(message, () => {})
  }

  #end(exit: ProcessExit): void {
    this.#settings.onEnd()
    clearTimeout(this.#startTimer)
    const { held, living, loading, drawing, ...rest } = this.#schedule.clear()
    const waiting = [...rest.waiting, ...held]
    for (const source of living) source.reject(new Abandoned())
    const suspects = [...loading, ...drawing]
    if (exit.closed) {
      for (const task of [...suspects, ...waiting]) task.reject(new Error('the server is stopping'))
      return
    }
    this.#settings.onDeath({
      reason: describeExit(exit),
      suspects,
      drawing: drawing[0],
      waiting,
      fromOutside: exit.signal === 'SIGKILL' && exit.killedFor === undefined,
      loading: this.#loading,
    })
  }
}

/** Describes why a process ended, as an error card shows it after a widget's name. */
function describeExit({ killedFor, error, tail, code, signal }: ProcessExit): string {
  if (killedFor !== undefined) return killedFor
  if (error) return `did not start (${error.message})`
  if (/heap out of memory|Allocation failed|invalid array length/i.test(tail)) return 'ran out of memory'
  return signal ? `ended its process by ${signal}` : `ended its process with exit code ${code}`
}

/** Any code in the process can send a message that looks like a result: a malformed one must not leave this class. */
function isWhole(result: JobResult): boolean {
  if ('data' in result) return true
  const { frames, drawing, encoding } = result.took
  const { bytes, alt } = result.frame
  const isDescribed = alt === undefined || typeof alt === 'string'
  return isDescribed && Buffer.isBuffer(bytes) && [frames, drawing, encoding].every(Number.isFinite)
}
