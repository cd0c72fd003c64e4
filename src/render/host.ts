/** What runs in a render process: loads the widgets, then draws what it is asked to. The only place of widget code. */
import { paint } from '../picture/encode.ts'
import { dieWithParent } from '../system/die-with-parent.ts'
import { loadFolders } from '../widget/load-folder.ts'
import { createWidgetLoader, type LoadedWidget } from '../widget/load-widget.ts'
import { drawSteps, loadJob } from './draw-job.ts'
import { ImageCache } from './image-cache.ts'
import { Outbox } from './outbox.ts'
import type { FromHost, Job, JobResult, StateRequest, ToHost } from './protocol.ts'
import { hearJob, readJob, sourceJob } from './room-job.ts'
import { untilAborted } from './until-aborted.ts'

/** A job between its `load` and the end of its drawing. */
type Held = Generator<undefined, JobResult>

interface StateCall {
  resolve(value: unknown): void
  reject(error: Error): void
}

class Host {
  readonly #held = new Map<number, Held>()
  readonly #aborts = new Map<number, AbortController>()
  readonly #images = new ImageCache()
  readonly #outboxes = new Map<number, Outbox>()
  readonly #stateCalls = new Map<number, StateCall>()
  #widgets: ReadonlyMap<string, LoadedWidget> = new Map()
  #lastStateCall = 0
  readonly #loadWidget = createWidgetLoader()

  constructor() {
    // The first picture of a process pays for fonts and the canvas's own start: pay before anyone waits for it.
    paint({ width: 16, height: 16, scale: 1, format: 'png', quality: 1 }, (ctx) => {
      ctx.fillText('1', 1, 12)
    })
  }

  receive(message: ToHost): void {
    switch (message.type) {
      case 'start':
        return void this.#start(message.folders, message.skip)
      case 'job':
        return void this.#take(message.id, message.job, message.hold)
      case 'draw':
        return this.#draw(message.id)
      case 'abort':
        return this.#aborts.get(message.id)?.abort(new Error('took too long to load'))
      case 'forget':
        return void this.#held.delete(message.id)
      case 'state':
        return this.#settle(message.id, message.value, message.error)
      case 'pushed':
        return this.#outboxes.get(message.id)?.acknowledge()
    }
  }

  /** An error that belongs to no job: told, and lived with, as the other widgets of this process can do nothing for it. */
  stray(error: unknown): void {
    const failure = error instanceof Error ? String(error.stack) : `threw ${String(error)}`
    const widget = [...this.#widgets.values()].find(({ manifest }) => failure.includes(manifest.file))
    this.#tell({ type: 'stray', widget: widget?.manifest.name, failure })
  }

  async #start(folders: readonly string[], skip: ReadonlyMap<string, string>): Promise<void> {
    try {
      const before = (file: string) => this.#tell({ type: 'loading', file })
      const { widgets, faults } = await loadFolders(folders, skip, before, this.#loadWidget)
      this.#widgets = widgets
      this.#tell({ type: 'ready', manifests: [...widgets.values()].map(({ manifest }) => manifest), faults })
    } catch (error) {
      this.#tell({ type: 'fatal', message: (error as Error).message })
    }
  }

  async #take(id: number, job: Job, hold: boolean): Promise<void> {
    try {
      const loaded = this.#widgets.get(job.widget)
      if (!loaded) throw new Error(`no widget ${job.widget} in this process`)
      const ask = (request: StateRequest) => this.#askState(request)
      switch (job.output) {
        case 'reading':
          return this.#tell({ type: 'done', id, result: { data: readJob(loaded, job) } })
        case 'event':
          await this.#inTime(id, () => hearJob(loaded, job, ask))
          return this.#tell({ type: 'done', id, result: { data: undefined } })
        case 'source':
          await this.#runSource(id, loaded, job)
          return this.#tell({ type: 'done', id, result: { data: undefined } })
      }
      const needsMore = loaded.manifest.loads
      const supplies = needsMore
        ? await this.#inTime(id, (signal) => loadJob(loaded, job, signal, ask, this.#images))
        : { data: job.pushed?.data, pictures: [] }
      this.#held.set(id, drawSteps(loaded, job, supplies))
      if (hold) this.#tell({ type: 'loaded', id })
      else this.#draw(id)
    } catch (error) {
      this.#fail(id, error)
    }
  }

  /** Whatever a widget awaits ends, with an error, when nobody waits for it any longer. */
  async #inTime<T>(id: number, run: (signal: AbortSignal) => Promise<T>): Promise<T> {
    const abort = new AbortController()
    this.#aborts.set(id, abort)
    try {
      return await untilAborted(abort.signal, () => run(abort.signal))
    } finally {
      this.#aborts.delete(id)
    }
  }

  async #runSource(id: number, loaded: LoadedWidget, job: Job): Promise<void> {
    const abort = new AbortController()
    const outbox = new Outbox((pushed) => this.#tell({ type: 'push', id, pushed }))
    this.#aborts.set(id, abort)
    this.#outboxes.set(id, outbox)
    try {
      await sourceJob(loaded, job, abort.signal, outbox, (request) => this.#askState(request))
    } finally {
      abort.abort()
      this.#aborts.delete(id)
      this.#outboxes.delete(id)
    }
  }

  #draw(id: number): void {
    try {
      const step = this.#held.get(id)?.next()
      if (!step) return
      if (!step.done) return this.#tell({ type: 'paused', id })
      this.#held.delete(id)
      this.#tell({ type: 'done', id, result: step.value })
    } catch (error) {
      this.#held.delete(id)
      this.#fail(id, error)
    }
  }

  #fail(id: number, error: unknown): void {
    const { message, stack = '' } = error instanceof Error ? error : new Error(`threw ${String(error)}`)
    this.#tell({ type: 'failed', id, message, stack })
  }

  #askState(request: StateRequest): Promise<unknown> {
    this.#lastStateCall += 1
    const id = this.#lastStateCall
    return new Promise((resolve, reject) => {
      this.#stateCalls.set(id, { resolve, reject })
      this.#tell({ type: 'state', id, request })
    })
  }

  #settle(id: number, value: unknown, error: string | undefined): void {
    const call = this.#stateCalls.get(id)
    this.#stateCalls.delete(id)
    if (error === undefined) call?.resolve(value)
    else call?.reject(new Error(error))
  }

  #tell(message: FromHost): void {
    if (process.connected) process.send?.(message)
  }
}

const host = new Host()
process.on('message', (message: ToHost) => host.receive(message))
process.on('uncaughtException', (error) => host.stray(error))
process.on('unhandledRejection', (error) => host.stray(error))
dieWithParent()
// A server that is gone, killed or crashed, must not leave its render processes behind.
process.on('disconnect', () => process.exit())
// SIGINT goes to the whole terminal's process group; the server decides when its render processes end.
process.on('SIGINT', () => {})
