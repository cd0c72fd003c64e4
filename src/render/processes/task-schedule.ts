import type { Manifest } from '../../widget/manifest.ts'
import type { Job, ToHost } from '../protocol.ts'
import { Abandoned } from '../render-error.ts'
import type { Task } from './task.ts'

/** The options of a schedule. */
export interface ScheduleInit {
  /** The widgets that the process has loaded, by name. */
  widgets: ReadonlyMap<string, Manifest>
  /** Milliseconds that a `load` may take, and then a drawing, unless the widget sets its own. */
  drawTimeout: number
  send(message: ToHost): void
  /** Kills the process, which hangs. */
  kill(reason: string): void
}

/** `living` is a source of changes: it has no time limit. */
type Phase = 'loading' | 'waiting' | 'drawing' | 'living'

interface Entry {
  task: Task
  phase: Phase
  timer: NodeJS.Timeout | undefined
  /** Whether its time limit was doubled, because others were being drawn. */
  extended: boolean
  /** Whether the first frames of its animation are drawn. */
  begun: boolean
}

/** Milliseconds that an aborted `load` has to settle before its process counts as hung. */
const ABORT_GRACE = 300

/**
 * The order of a render process's tasks, and their time limits. Any number of `load`s run at once, but one drawing at a
 * time: if the process hangs or dies, the current drawing identifies the widget.
 */
export class TaskSchedule {
  readonly #init: ScheduleInit
  readonly #entries = new Map<number, Entry>()
  #lastId = 0
  #drawing = false
  #drewAt = Number.NEGATIVE_INFINITY

  constructor(init: ScheduleInit) {
    this.#init = init
  }

  get size(): number {
    return this.#entries.size
  }

  add(task: Task): void {
    this.#lastId += 1
    const id = this.#lastId
    const phase = this.#firstPhase(task.job)
    this.#entries.set(id, { task, phase, timer: undefined, extended: false, begun: false })
    if (phase === 'loading') this.#begin(id)
    else if (phase === 'living') this.#beginSource(id, task)
    else this.#drawNext()
  }

  get(id: number): Task | undefined {
    return this.#entries.get(id)?.task
  }

  /** Call this when a job's `load` is done and it can be drawn. */
  loaded(id: number): void {
    const entry = this.#entries.get(id)
    if (!entry) return
    clearTimeout(entry.timer)
    entry.phase = 'waiting'
    entry.task.wait?.resume()
    this.#drawNext()
  }

  /** Each frame of an animation may take as long as a drawing, and then queues behind the jobs that waited longer. */
  paused(id: number): void {
    const entry = this.#entries.get(id)
    if (entry?.phase !== 'drawing') return
    clearTimeout(entry.timer)
    entry.phase = 'waiting'
    entry.begun = true
    this.#entries.delete(id)
    this.#entries.set(id, entry)
    this.#endDrawing()
    this.#drawNext()
  }

  /** Removes a task that is done and passes it to `settle`. */
  settle(id: number, settle: (task: Task) => void): void {
    const entry = this.#entries.get(id)
    if (!entry) return
    clearTimeout(entry.timer)
    this.#entries.delete(id)
    if (entry.phase === 'drawing') this.#endDrawing()
    settle(entry.task)
    this.#drawNext()
  }

  /** Tells every source to end, so that the schedule becomes empty. */
  abortSources(): void {
    for (const [id, { phase }] of this.#entries) {
      if (phase === 'living') this.#init.send({ type: 'abort', id })
    }
  }

  /** Removes all tasks and returns them by phase: the process has ended. */
  clear(): Record<Phase, Task[]> {
    const byPhase: Record<Phase, Task[]> = { loading: [], waiting: [], drawing: [], living: [] }
    for (const { timer, phase, task } of this.#entries.values()) {
      clearTimeout(timer)
      byPhase[phase].push(task)
    }
    this.#entries.clear()
    return byPhase
  }

  #firstPhase({ output, widget }: Job): Phase {
    if (output === 'source') return 'living'
    const isDrawn = output === 'frame' || output === 'data'
    return isDrawn && !this.#init.widgets.get(widget)?.loads ? 'waiting' : 'loading'
  }

  #beginSource(id: number, task: Task): void {
    this.#init.send({ type: 'job', id, job: task.job, hold: false })
    task.onBegun?.(() => this.#init.send({ type: 'abort', id }))
  }

  #timeout({ job }: Task): number {
    return this.#init.widgets.get(job.widget)?.limits.timeout ?? this.#init.drawTimeout
  }

  #begin(id: number): void {
    const entry = this.#entries.get(id)
    if (!entry) return
    const { job } = entry.task
    const isDrawing = entry.phase === 'waiting'
    const isHeld = isDrawing && (entry.begun || this.#init.widgets.get(job.widget)?.loads === true)
    if (isDrawing) {
      entry.phase = 'drawing'
      this.#drawing = true
      entry.task.wait?.begin()
    } else entry.task.wait?.pause()
    entry.timer = setTimeout(() => this.#expire(id, entry), this.#timeout(entry.task))
    this.#init.send(isHeld ? { type: 'draw', id } : { type: 'job', id, job, hold: !isDrawing })
  }

  #expire(id: number, entry: Entry): void {
    if (entry.phase === 'drawing') return this.#init.kill('took too long to draw')
    // A process that draws for others resumes this `load` late: double the limit, once.
    if (this.#isDrawing() && !entry.extended) {
      entry.extended = true
      entry.timer = setTimeout(() => this.#expire(id, entry), this.#timeout(entry.task))
      return
    }
    this.#init.send({ type: 'abort', id })
    entry.timer = setTimeout(() => this.#giveUp(id), ABORT_GRACE)
  }

  /** A process that does not respond hangs for certain only if it has nothing else to do. */
  #giveUp(id: number): void {
    if (!this.#isDrawing()) return this.#init.kill('took too long to load')
    this.#init.send({ type: 'forget', id })
    this.settle(id, ({ reject }) => reject(new Error('took too long to load')))
  }

  #isDrawing(): boolean {
    return this.#drawing || performance.now() - this.#drewAt < ABORT_GRACE
  }

  /** Starts the waiting job with the highest interest; among equals, the one that has waited longest. */
  #drawNext(): void {
    if (this.#drawing) return
    let best: { id: number; interest: number } | undefined
    for (const [id, { phase, task, begun }] of this.#entries) {
      if (phase !== 'waiting') continue
      // A viewer that gave up half-way through an animation will request all of it again.
      const interest = Math.max(task.interest(), Number(begun))
      if (interest === 0) this.#abandon(id, task)
      else if (interest > (best?.interest ?? 0)) best = { id, interest }
    }
    if (best) this.#begin(best.id)
  }

  #abandon(id: number, task: Task): void {
    this.#entries.delete(id)
    this.#init.send({ type: 'forget', id })
    task.reject(new Abandoned())
  }

  #endDrawing(): void {
    this.#drawing = false
    this.#drewAt = performance.now()
  }
}
