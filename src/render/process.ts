import type { ChildProcess } from 'node:child_process'
import type { Manifest } from '../widget/manifest.ts'
import { sayExit } from './exit-reason.ts'
import { forkHost } from './fork-host.ts'
import type { ProcessSettings } from './process-settings.ts'
import type { FromHost, Job, JobResult, Loaded, StateRequest, ToHost } from './protocol.ts'
import { readLines } from './read-lines.ts'
import { Abandoned } from './render-error.ts'
import type { Death, Running, Task } from './task.ts'

/** What an aborted `load` has left to say so before its process counts as hung. */
const ABORT_GRACE = 300

/**
 * One child process that runs widget code. Any number of `load`s are under way at once, one drawing at a time: when
 * the process hangs or dies, what it was doing names the widget.
 */
export class RenderProcess {
  readonly ready: Promise<Loaded>
  /** The widgets it has loaded, by name. */
  readonly widgets = new Map<string, Manifest>()
  /** The widgets it was asked to draw since it started. */
  readonly seen = new Set<string>()
  readonly #settings: ProcessSettings
  readonly #child: ChildProcess
  readonly #tasks = new Map<number, Running>()
  #lastId = 0
  #up = false
  #drawing = false
  #drewAt = Number.NEGATIVE_INFINITY
  #loading: string | undefined
  #startTimer: NodeJS.Timeout
  #errorTail = ''
  #killedFor: string | undefined
  #dead = false
  #closing = false

  constructor(settings: ProcessSettings) {
    this.#settings = settings
    this.#child = settings.fork?.() ?? forkHost(settings.memoryBytes)
    this.ready = new Promise((resolve, reject) => {
      this.#child.on('message', (message: FromHost | null) => {
        // A library in a widget may use `process.send` for words of its own.
        try {
          if (typeof message?.type === 'string') this.#receive(message, resolve, reject)
        } catch (error) {
          settings.onStray(undefined, `spoke out of turn: ${(error as Error).message}`)
        }
      })
      this.#child.once('exit', (code, signal) => reject(this.#end(code, signal)))
      this.#child.on('error', (error) => reject(this.#end(null, null, error)))
    })
    this.ready.catch(() => {})
    this.#startTimer = setTimeout(() => this.kill('took too long to load'), settings.startTimeout)
    readLines([this.#child.stdout, this.#child.stderr], (line) => {
      this.#errorTail = (this.#errorTail + line).slice(-4000)
      settings.onOutput(line, this.pid)
    })
    this.#send({ type: 'start', folders: settings.folders, skip: settings.skip })
  }

  get pid(): number | undefined {
    return this.#child.pid
  }

  /** How many jobs it has. */
  get load(): number {
    return this.#tasks.size
  }

  get dead(): boolean {
    return this.#dead
  }

  run(task: Task): void {
    this.#lastId += 1
    const id = this.#lastId
    const { widget } = task.job
    const phase = this.#firstPhase(task.job)
    this.seen.add(widget)
    this.#tasks.set(id, { task, phase, timer: undefined, extended: false, begun: false })
    if (phase === 'loading') this.#begin(id)
    else if (phase === 'living') this.#beginSource(id, task)
    else this.#drawNext()
  }

  /** Kills the process at once; `reason` says why on the error card. */
  kill(reason: string): void {
    this.#killedFor ??= reason
    this.#child.kill('SIGKILL')
  }

  /** Ends the process without a death notice, its jobs done or not. */
  async close(): Promise<void> {
    this.#closing = true
    this.#child.kill('SIGKILL')
    await this.ready.catch(() => {})
    if (!this.#dead) await new Promise((resolve) => this.#child.once('exit', resolve))
  }

  /** Ends the process once its jobs are done, which takes no longer than the watchdog allows. */
  async retire(): Promise<void> {
    for (const [id, { phase }] of this.#tasks) if (phase === 'living') this.#send({ type: 'abort', id })
    while (this.#tasks.size > 0 && !this.#dead) await new Promise((resolve) => setTimeout(resolve, 20))
    await this.close()
  }

  #firstPhase({ output, widget }: Job): Running['phase'] {
    if (output === 'source') return 'living'
    const isDrawn = output === 'frame' || output === 'data'
    return isDrawn && !this.widgets.get(widget)?.loads ? 'waiting' : 'loading'
  }

  #beginSource(id: number, task: Task): void {
    this.#send({ type: 'job', id, job: task.job, hold: false })
    task.onBegun?.(() => this.#send({ type: 'abort', id }))
  }

  #timeout({ job }: Task): number {
    return this.widgets.get(job.widget)?.limits.timeout ?? this.#settings.drawTimeout
  }

  #begin(id: number): void {
    const running = this.#tasks.get(id)
    if (!running) return
    const drawing = running.phase === 'waiting'
    const held = drawing && (running.begun || this.widgets.get(running.task.job.widget)?.loads === true)
    if (drawing) {
      running.phase = 'drawing'
      this.#drawing = true
    }
    running.timer = setTimeout(() => this.#expire(id, running), this.#timeout(running.task))
    this.#send(held ? { type: 'draw', id } : { type: 'job', id, job: running.task.job, hold: !drawing })
  }

  #expire(id: number, running: Running): void {
    if (running.phase === 'drawing') return this.kill('took too long to draw')
    // A process that draws for others gets to its own loading late: as much time again, once.
    if (this.#isDrawing() && !running.extended) {
      running.extended = true
      running.timer = setTimeout(() => this.#expire(id, running), this.#timeout(running.task))
      return
    }
    this.#send({ type: 'abort', id })
    running.timer = setTimeout(() => this.#giveUp(id), ABORT_GRACE)
  }

  /** Only a process that has nothing else to do and does not answer is known to hang. */
  #giveUp(id: number): void {
    if (!this.#isDrawing()) return this.kill('took too long to load')
    this.#send({ type: 'forget', id })
    this.#settle(id, ({ reject }) => reject(new Error('took too long to load')))
  }

  #isDrawing(): boolean {
    return this.#drawing || performance.now() - this.#drewAt < ABORT_GRACE
  }

  /** Begins the most wanted of the waiting; of equals the one that has waited longest. */
  #drawNext(): void {
    if (this.#drawing) return
    let best: { id: number; interest: number } | undefined
    for (const [id, { phase, task, begun }] of this.#tasks) {
      if (phase !== 'waiting') continue
      // Who gave up on half an animation will ask for the whole again.
      const interest = Math.max(task.interest(), Number(begun))
      if (interest === 0) this.#abandon(id, task)
      else if (interest > (best?.interest ?? 0)) best = { id, interest }
    }
    if (best) this.#begin(best.id)
  }

  #abandon(id: number, task: Task): void {
    this.#tasks.delete(id)
    this.#send({ type: 'forget', id })
    task.reject(new Abandoned())
  }

  #receive(message: FromHost, started: (loaded: Loaded) => void, refused: (error: Error) => void): void {
    switch (message.type) {
      case 'loading':
        if (!this.#up) this.#loading = message.file
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
      case 'loaded': {
        const running = this.#tasks.get(message.id)
        if (!running) return
        clearTimeout(running.timer)
        running.phase = 'waiting'
        return this.#drawNext()
      }
      case 'paused':
        return this.#pause(message.id)
      case 'done': {
        const { result } = message
        if (!isWhole(result)) throw new TypeError('a picture without bytes or figures')
        return this.#settle(message.id, ({ resolve }) => resolve(result))
      }
      case 'failed':
        return this.#settle(message.id, ({ reject }) => {
          const error = new Error(message.message)
          error.stack = message.stack
          reject(error)
        })
      case 'stray':
        return this.#settings.onStray(message.widget, message.failure)
      case 'state':
        return void this.#answerState(message.id, message.request)
      case 'push':
        this.#tasks.get(message.id)?.task.onPush?.(message.pushed)
        return this.#send({ type: 'pushed', id: message.id })
    }
  }

  /** Each frame of an animation has the time of a drawing, and waits for its turn behind those that waited longer. */
  #pause(id: number): void {
    const running = this.#tasks.get(id)
    if (running?.phase !== 'drawing') return
    clearTimeout(running.timer)
    running.phase = 'waiting'
    running.begun = true
    this.#tasks.delete(id)
    this.#tasks.set(id, running)
    this.#endDrawing()
    this.#drawNext()
  }

  #settle(id: number, answer: (task: Task) => void): void {
    const running = this.#tasks.get(id)
    if (!running) return
    clearTimeout(running.timer)
    this.#tasks.delete(id)
    if (running.phase === 'drawing') this.#endDrawing()
    answer(running.task)
    this.#drawNext()
  }

  #endDrawing(): void {
    this.#drawing = false
    this.#drewAt = performance.now()
  }

  async #answerState(id: number, request: StateRequest): Promise<void> {
    try {
      this.#send({ type: 'state', id, value: await this.#settings.onState(request) })
    } catch (error) {
      this.#send({ type: 'state', id, error: (error as Error).message })
    }
  }

  #send(message: ToHost): void {
    // A dying child's channel closes before its `exit`; what it did not get is settled there.
    if (this.#child.connected) this.#child.send(message, () => {})
  }

  #end(code: number | null, signal: NodeJS.Signals | null, error?: Error): Error {
    const reason = this.#killedFor ?? sayExit(this.#errorTail, code, signal, error)
    if (this.#dead) return new Error(reason)
    this.#dead = true
    this.#settings.onEnd()
    clearTimeout(this.#startTimer)
    const all = [...this.#tasks.values()]
    this.#tasks.clear()
    for (const { timer } of all) clearTimeout(timer)
    const tasksIn = (...phases: Running['phase'][]) =>
      all.filter(({ phase }) => phases.includes(phase)).map(({ task }) => task)
    for (const source of tasksIn('living')) source.reject(new Abandoned())
    const death: Death = {
      reason,
      suspects: tasksIn('loading', 'drawing'),
      waiting: tasksIn('waiting'),
      fromOutside: signal === 'SIGKILL' && this.#killedFor === undefined,
      loading: this.#loading,
    }
    if (!this.#closing) this.#settings.onDeath(death)
    else for (const { task } of all) task.reject(new Error('the server is stopping'))
    return new Error(reason)
  }
}

/** Whatever runs in the process may send what looks like a result: here it is still known whose fault that is. */
function isWhole(result: JobResult): boolean {
  if ('data' in result) return true
  const { frames, drawing, encoding } = result.took
  return Buffer.isBuffer(result.frame.bytes) && [frames, drawing, encoding].every(Number.isFinite)
}
