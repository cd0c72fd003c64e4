/** The main module of a render process: loads the widgets and runs jobs. Widget code runs nowhere else. */
import { AsyncLocalStorage } from 'node:async_hooks'
import { paint } from '../../picture/encode.ts'
import { addFonts } from '../../picture/fonts.ts'
import { describeMissingScripts, watchMissingScripts } from '../../picture/missing-scripts.ts'
import { dieWithParent } from '../../system/die-with-parent.ts'
import { blameCall } from '../../widget/blame-call.ts'
import { builtInFolder } from '../../widget/built-in-folder.ts'
import { readFailure } from '../../widget/failure.ts'
import { loadFolders } from '../../widget/load-folder.ts'
import { provideImages } from '../../widget/load-image.ts'
import { createWidgetLoader, type LoadedWidget, nameOf } from '../../widget/load-widget.ts'
import { roomOf } from '../../widget/room.ts'
import type {
  FromHost,
  ImageRequest,
  Job,
  JobResult,
  LoadResult,
  ShownFailure,
  StateRequest,
  ToHost,
} from '../protocol.ts'
import { drawSteps, loadJob, untilAborted } from './draw-job.ts'
import { ImageCache } from './image-cache.ts'
import { loadData, OwnValues } from './load-data.ts'
import { Mistake } from './mistake.ts'
import { TooLargeError } from './picture-size.ts'
import { PushQueue } from './push-queue.ts'
import { deliverEvent, readJob, runSource } from './room-job.ts'
import { WidgetConsole } from './widget-console.ts'

/** The drawing of a job that is loaded. */
interface Loaded {
  widget: string
  steps: Generator<undefined, JobResult>
}

interface StateCall {
  resolve(value: unknown): void
  reject(error: Error): void
}

class Host {
  readonly #loaded = new Map<number, Loaded>()
  readonly #aborts = new Map<number, AbortController>()
  readonly #images = new ImageCache()
  readonly #ownValues = new OwnValues()
  readonly #pushQueues = new Map<number, PushQueue>()
  readonly #stateCalls = new Map<number, StateCall>()
  /** The job of the source that runs: known in every timer and promise that it starts. */
  readonly #sources = new AsyncLocalStorage<Job>()
  #widgets: ReadonlyMap<string, LoadedWidget> = new Map()
  /** The replies to a batch of messages, while it is handled. */
  #replies: FromHost[] | undefined
  #lastStateCall = 0
  readonly #loadWidget = createWidgetLoader()
  readonly #console = new WidgetConsole(console)

  constructor() {
    // The first picture loads fonts and initialises the canvas: do it before a viewer waits for it.
    paint({ width: 16, height: 16, scale: 1, format: 'png', quality: 1 }, (ctx) => {
      ctx.fillText('1', 1, 12)
    })
  }

  /** Fetches a picture of another server, through this one. */
  fetchImage(url: string): Promise<Uint8Array> {
    return this.#askState({ operation: 'image', url }) as Promise<Uint8Array>
  }

  receive(message: ToHost): void {
    switch (message.type) {
      case 'warm':
        return void this.#loadWidget.warm()
      case 'start':
        return void this.#start(message)
      case 'job':
        return void this.#runJob(message.id, message.job, message.hold)
      case 'draw':
        return this.#draw(message.id)
      case 'batch':
        return this.#receiveBatch(message.messages)
      case 'abort':
        return this.#aborts.get(message.id)?.abort(new Error(message.reason ?? 'is no longer needed'))
      case 'forget':
        return void this.#loaded.delete(message.id)
      case 'state':
        return this.#settleStateCall(message)
      case 'pushed':
        return this.#pushQueues.get(message.id)?.acknowledge()
    }
  }

  /**
   * Reports an error that belongs to no job. The process continues, for the sake of its other widgets.
   * @param source the source that left running what failed. @default the one in whose timer or promise it was thrown
   */
  reportStray(error: unknown, source = this.#sources.getStore()): void {
    const { message, stack } = error instanceof Error ? error : new Error(`threw ${String(error)}`)
    const failure = String(error instanceof Error ? stack : message)
    const named = [...this.#widgets.values()].find(({ manifest }) => failure.includes(manifest.file))
    const widget = source?.widget ?? this.#console.widget ?? named?.manifest.name
    this.#send({ type: 'stray', widget, room: source && roomOf(source), message, failure })
  }

  async #start({ folders, skip, fonts, reportsFonts }: Extract<ToHost, { type: 'start' }>): Promise<void> {
    try {
      // Before the widgets, which may measure texts while they load.
      const faults = addFonts(fonts)
      watchMissingScripts((script) => this.#send({ type: 'missing', script }))
      // Before the first of them, which its time would be counted for.
      if (folders.some((folder) => folder !== builtInFolder())) await this.#loadWidget.warm()
      const before = (file: string) => {
        this.#send({ type: 'loading', file })
        this.#console.load(nameOf(file))
      }
      const { widgets, ...found } = await loadFolders(folders, skip, before, this.#loadWidget)
      this.#console.load(undefined)
      this.#widgets = widgets
      const manifests = [...widgets.values()].map(({ manifest }) => manifest)
      this.#send({ type: 'ready', manifests, ...found })
      // Looking for a letter in every font takes long: the first picture may come before.
      if (reportsFonts)
        setImmediate(() => this.#send({ type: 'fonts', faults, missing: describeMissingScripts() }))
    } catch (error) {
      this.#send({ type: 'fatal', message: (error as Error).message })
    }
  }

  async #runJob(id: number, job: Job, hold: boolean): Promise<void> {
    try {
      const loaded = this.#widgets.get(job.widget)
      if (!loaded) throw new Error(`expected a widget that is loaded, got ${job.widget}`)
      const ask = (request: StateRequest) => this.#askState(request)
      switch (job.output) {
        case 'reading':
          return this.#send({
            ...{ type: 'done', id },
            result: { data: this.#console.runNow(job.widget, () => readJob(loaded, job)) },
          })
        case 'load':
          return this.#send({
            ...{ type: 'done', id },
            result: {
              data: await this.#console.run(job.widget, () =>
                this.#abortable(id, (signal) => this.#load(loaded, job, signal, ask)),
              ),
            },
          })
        case 'event':
          await this.#console.run(job.widget, () =>
            this.#abortable(id, (signal) =>
              untilAborted(signal, () => deliverEvent(loaded, job, ask, signal)),
            ),
          )
          return this.#send({ type: 'done', id, result: { data: undefined } })
        case 'source':
          await this.#console.run(job.widget, () => this.#runSource(id, loaded, job))
          return this.#send({ type: 'done', id, result: { data: undefined } })
      }
      const needsMore = loaded.manifest.loads
      const supplies = needsMore
        ? await this.#console.run(job.widget, () =>
            this.#abortable(id, (signal) => loadJob(loaded, job, signal, ask, this.#images, this.#ownValues)),
          )
        : { data: job.pushed?.data, pictures: [] }
      this.#loaded.set(id, { widget: job.widget, steps: drawSteps(loaded, job, supplies) })
      if (hold) this.#send({ type: 'loaded', id })
      else this.#draw(id)
    } catch (error) {
      this.#fail(id, error)
    }
  }

  async #load(
    loaded: LoadedWidget,
    job: Job,
    signal: AbortSignal,
    ask: (request: StateRequest) => Promise<unknown>,
  ): Promise<LoadResult> {
    const { loaded: place } = job
    if (!place) throw new TypeError('expected a version of the data')
    return this.#ownValues.add(place, await untilAborted(signal, () => loadData(loaded, job, signal, ask)))
  }

  /** Runs part of a job so that an `abort` message can end it. */
  async #abortable<T>(id: number, run: (signal: AbortSignal) => Promise<T>): Promise<T> {
    const abort = new AbortController()
    this.#aborts.set(id, abort)
    try {
      return await run(abort.signal)
    } finally {
      this.#aborts.delete(id)
    }
  }

  async #runSource(id: number, loaded: LoadedWidget, job: Job): Promise<void> {
    const abort = new AbortController()
    const queue = new PushQueue({
      send: (pushed) => this.#send({ type: 'push', id, pushed }),
      onFailure: (error) => this.reportStray(error, job),
    })
    this.#aborts.set(id, abort)
    this.#pushQueues.set(id, queue)
    try {
      const ask = (request: StateRequest) => this.#askState(request)
      await this.#sources.run(job, () => runSource(loaded, job, abort.signal, queue, ask))
    } finally {
      abort.abort()
      this.#aborts.delete(id)
      this.#pushQueues.delete(id)
    }
  }

  #draw(id: number): void {
    try {
      const loaded = this.#loaded.get(id)
      if (!loaded) return
      const step = this.#console.runNow(loaded.widget, () => loaded.steps.next())
      if (!step.done) return this.#send({ type: 'paused', id })
      this.#loaded.delete(id)
      this.#send({ type: 'done', id, result: step.value })
    } catch (error) {
      this.#loaded.delete(id)
      this.#fail(id, error)
    }
  }

  /** Handles messages in order. Replies that are ready at once are sent together. */
  #receiveBatch(messages: readonly ToHost[]): void {
    const replies: FromHost[] = []
    this.#replies = replies
    for (const message of messages) this.receive(message)
    this.#replies = undefined
    this.#send({ type: 'batch', messages: replies })
  }

  #fail(id: number, error: unknown): void {
    const {
      message,
      stack = '',
      cause,
    } = error instanceof Error ? error : new Error(`threw ${String(error)}`)
    const whole = cause instanceof Error ? `${stack}\nCaused by: ${cause.stack}` : stack
    this.#send({ type: 'failed', id, message, stack: whole, shown: toShown(error) })
  }

  #askState(request: StateRequest | ImageRequest): Promise<unknown> {
    this.#lastStateCall += 1
    const id = this.#lastStateCall
    const call = new Error()
    return new Promise((resolve, reject) => {
      this.#stateCalls.set(id, { resolve, reject: (error) => reject(blameCall(error, call)) })
      this.#send({ type: 'state', id, request })
    })
  }

  #settleStateCall({ id, value, error, isUnavailable }: Extract<ToHost, { type: 'state' }>): void {
    const call = this.#stateCalls.get(id)
    this.#stateCalls.delete(id)
    if (error === undefined) call?.resolve(value)
    else call?.reject(isUnavailable ? new Unavailable(error) : new Error(error))
  }

  #send(message: FromHost): void {
    if (this.#replies) this.#replies.push(message)
    else if (process.connected) process.send?.(message)
  }
}

/** The store could not be reached. */
class Unavailable extends Error {}

/** The part of an error that may be public. */
function toShown(error: unknown): ShownFailure | undefined {
  if (error instanceof TooLargeError) return { kind: 'too-large' }
  if (error instanceof Mistake) return { kind: 'mistake' }
  if (error instanceof Unavailable) return { kind: 'unavailable' }
  const failure = readFailure(error)
  return failure && { kind: 'failure', status: failure.status }
}

const host = new Host()
provideImages((url) => host.fetchImage(url))
process.on('message', (message: ToHost) => host.receive(message))
process.on('uncaughtException', (error) => host.reportStray(error))
process.on('unhandledRejection', (error) => host.reportStray(error))
dieWithParent()
// A server that was killed or has crashed must not leave its render processes behind.
process.on('disconnect', () => process.exit())
// Ctrl-C signals every process of the terminal; the server decides when its render processes end.
process.on('SIGINT', () => {})
