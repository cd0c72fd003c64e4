import { EMBEDDED_SCALE } from '../../picture/svg.ts'
import type { Manifest } from '../../widget/manifest.ts'
import { roomOf } from '../../widget/room.ts'
import type { FairShares, Payers } from '../fair-shares.ts'
import type { Job, ToHost } from '../protocol.ts'
import { Abandoned } from '../render-error.ts'
import { describeLate } from './describe-late.ts'
import type { Task } from './task.ts'

/** The options of a schedule. */
export interface ScheduleInit {
  /** The widgets that the process has loaded, by name. */
  widgets: ReadonlyMap<string, Manifest>
  /** Milliseconds that a `load` may take, and then a drawing, unless the widget sets its own. */
  drawTimeout: number
  /** What each network has had drawn, by this process and the others. */
  shares: FairShares
  send(message: ToHost): void
  /** Kills the process, which hangs. */
  kill(reason: string): void
}

/** `held`: it may not load yet. `living` is a source of changes: it has no time limit. */
type Phase = 'held' | 'loading' | 'waiting' | 'drawing' | 'living'

interface Entry {
  task: Task
  phase: Phase
  /** Device pixels of the pictures that it embeds. */
  weight: number
  /** When it came, and when its drawing began, in milliseconds of `performance.now()`. */
  since: number
  begunAt: number
  timer: NodeJS.Timeout | undefined
  /** Whether its time limit was doubled, because others were being drawn. */
  extended: boolean
  /** Whether the first frames of its animation are drawn. */
  begun: boolean
}

/** Milliseconds that an aborted `load` has to settle before its process counts as hung. */
const ABORT_GRACE = 300
/** What drawing and encoding a million pixels is taken to cost, in milliseconds, before it is known. */
const COST_PER_MEGAPIXEL = 20
/** A still comes so much later than an open picture, in milliseconds: its client can get a placeholder. */
const STILL_HANDICAP = 1_000
/** Of the time that a task has waited, the part that counts for it: large pictures get their turn among small ones. */
const AGE_SHARE = 1 / 8
/** Embedded pictures that may be decoded at a time: 128 MB. One task may always load. */
const MAX_DECODED_PIXELS = 32_000_000
const NO_PAYERS: Payers = { networks: [], count: 0 }
/** Badges that are sent in one message, which takes as long as half a badge. */
const MAX_BATCH = 8

/**
 * The order of a render process's tasks, and their time limits. The network with the least debt comes first, and among
 * equals the smaller picture and the one that has waited longer. Any number of `load`s run at once, but one drawing at a
 * time: if the process hangs or dies, the current drawing identifies the widget. Only the server's own badges, which take
 * less than a millisecond each, are drawn several at a time.
 */
export class TaskSchedule {
  readonly #init: ScheduleInit
  readonly #entries = new Map<number, Entry>()
  #lastId = 0
  /** Device pixels of the embedded pictures of all tasks that are loading, or loaded. */
  #decoded = 0
  #drawing = 0
  /** How many were begun together with those that are drawing. */
  #batch = 1
  #soon: NodeJS.Immediate | undefined
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
    const times = { since: performance.now(), begunAt: 0, timer: undefined }
    const weight = weightOf(task.job)
    this.#entries.set(id, { task, phase, weight, ...times, extended: false, begun: false })
    if (phase === 'held') this.#loadHeld()
    else if (phase === 'loading') this.#begin(id)
    else if (phase === 'living') this.#beginSource(id, task)
    // Requests that the same turn of the event loop brings share a message.
    else if (this.#isShort(task)) this.#soon ??= setImmediate(() => this.#drawNext())
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
    entry.since = performance.now()
    this.#endDrawing(entry)
    this.#drawNext()
  }

  /** Removes a task that is done and passes it to `settle`. */
  settle(id: number, settle: (task: Task) => void): void {
    const entry = this.#entries.get(id)
    if (!entry) return
    clearTimeout(entry.timer)
    this.#remove(id, entry)
    if (entry.phase === 'drawing') this.#endDrawing(entry)
    settle(entry.task)
    this.#drawNext()
  }

  /** Requests every source to end, so that the schedule becomes empty. */
  abortSources(): void {
    for (const [id, { phase }] of this.#entries) {
      if (phase === 'living') this.#init.send({ type: 'abort', id })
    }
  }

  /** Removes all tasks and returns them by phase: the process has ended. */
  clear(): Record<Phase, Task[]> {
    const byPhase: Record<Phase, Task[]> = { held: [], loading: [], waiting: [], drawing: [], living: [] }
    for (const entry of this.#entries.values()) {
      const { timer, phase, task } = entry
      clearTimeout(timer)
      if (phase === 'drawing') this.#endDrawing(entry)
      byPhase[phase].push(task)
    }
    this.#entries.clear()
    return byPhase
  }

  #firstPhase({ output, widget }: Job): Phase {
    if (output === 'source') return 'living'
    const isDrawn = output === 'frame' || output === 'json'
    if (!isDrawn) return 'loading'
    const manifest = this.#init.widgets.get(widget)
    if (manifest?.shows) return 'held'
    return manifest?.loads ? 'loading' : 'waiting'
  }

  /** Begins the loading of tasks in the order in which they came, as far as memory allows. */
  #loadHeld(): void {
    for (const [id, entry] of this.#entries) {
      if (entry.phase !== 'held') continue
      if (this.#decoded > 0 && this.#decoded + entry.weight > MAX_DECODED_PIXELS) return
      this.#decoded += entry.weight
      entry.phase = 'loading'
      this.#begin(id)
    }
  }

  #remove(id: number, { phase, weight }: Entry): void {
    this.#entries.delete(id)
    if (phase === 'held' || weight === 0) return
    this.#decoded -= weight
    this.#loadHeld()
  }

  #beginSource(id: number, task: Task): void {
    this.#init.send({ type: 'job', id, job: task.job, hold: false })
    task.onBegun?.(() => this.#init.send({ type: 'abort', id }))
  }

  #timeout({ job }: Task): number {
    return this.#init.widgets.get(job.widget)?.limits.timeout ?? this.#init.drawTimeout
  }

  #begin(id: number, send: (message: ToHost) => unknown = this.#init.send): void {
    const entry = this.#entries.get(id)
    if (!entry) return
    const { job } = entry.task
    const isDrawing = entry.phase === 'waiting'
    const isHeld = isDrawing && (entry.begun || this.#init.widgets.get(job.widget)?.loads === true)
    if (isDrawing) {
      entry.phase = 'drawing'
      entry.begunAt = performance.now()
      this.#drawing += 1
      entry.task.wait?.begin()
    } else entry.task.wait?.pause()
    entry.timer = setTimeout(() => this.#expire(id, entry), this.#timeout(entry.task))
    send(isHeld ? { type: 'draw', id } : { type: 'job', id, job, hold: !isDrawing })
  }

  #expire(id: number, entry: Entry): void {
    if (entry.phase === 'drawing') return this.#init.kill('took too long to draw')
    // A process that draws for others resumes this `load` late: double the limit, once.
    if (this.#isDrawing() && !entry.extended) {
      entry.extended = true
      entry.timer = setTimeout(() => this.#expire(id, entry), this.#timeout(entry.task))
      return
    }
    this.#init.send({ type: 'abort', id, reason: describeLate(entry.task.job) })
    entry.timer = setTimeout(() => this.#giveUp(id, entry), ABORT_GRACE)
  }

  /** A process that does not respond hangs for certain only if it has nothing else to do. */
  #giveUp(id: number, { task }: Entry): void {
    if (!this.#isDrawing()) return this.#init.kill(describeLate(task.job))
    this.#init.send({ type: 'forget', id })
    this.settle(id, ({ job, reject }) => reject(new Error(describeLate(job))))
  }

  #isDrawing(): boolean {
    return this.#drawing > 0 || performance.now() - this.#drewAt < ABORT_GRACE
  }

  /** Starts the waiting task with the lowest rank; with a badge, the badges that follow. */
  #drawNext(): void {
    this.#soon = undefined
    if (this.#drawing > 0) return
    this.#batch = 1
    const first = this.#findNext()
    if (!first) return
    if (!this.#isShort(first.task)) return this.#begin(first.id)
    const messages: ToHost[] = []
    let next: typeof first | undefined = first
    while (next && this.#isShort(next.task) && messages.length < MAX_BATCH) {
      this.#begin(next.id, (message) => messages.push(message))
      next = this.#findNext()
    }
    this.#batch = messages.length
    this.#init.send({ type: 'batch', messages })
  }

  /** The waiting task with the lowest rank. Drops those that no viewer waits for. */
  #findNext(): { id: number; task: Task } | undefined {
    const now = performance.now()
    let best: { id: number; task: Task; rank: number } | undefined
    for (const [id, entry] of this.#entries) {
      if (entry.phase !== 'waiting') continue
      // A viewer that gave up half-way through an animation will request all of it again.
      const interest = Math.max(entry.task.interest(), Number(entry.begun))
      if (interest === 0) {
        this.#abandon(id, entry)
        continue
      }
      const rank = this.#rank(entry, interest, now)
      if (rank < (best?.rank ?? Number.POSITIVE_INFINITY)) best = { id, task: entry.task, rank }
    }
    return best
  }

  #isShort({ job }: Task): boolean {
    const manifest = this.#init.widgets.get(job.widget)
    return manifest?.role === 'static-badge' && !manifest.loads && job.output === 'frame'
  }

  /** In milliseconds: the debt of its payers once it is drawn, less a part of the time that it has waited. */
  #rank({ task, since }: Entry, interest: number, now: number): number {
    const { width, height, scale } = task.job.look
    const cost = (width * height * scale ** 2 * COST_PER_MEGAPIXEL) / 1e6
    const handicap = interest > 1 ? 0 : STILL_HANDICAP
    return (
      this.#init.shares.debt(payersOf(task), roomOf(task.job)) + cost + handicap - (now - since) * AGE_SHARE
    )
  }

  #abandon(id: number, entry: Entry): void {
    this.#remove(id, entry)
    this.#init.send({ type: 'forget', id })
    entry.task.reject(new Abandoned())
  }

  #endDrawing({ task, begunAt }: Entry): void {
    this.#drawing -= 1
    this.#drewAt = performance.now()
    this.#init.shares.charge(payersOf(task), (this.#drewAt - begunAt) / this.#batch, roomOf(task.job))
  }
}

function payersOf({ payers }: Task): Payers {
  return payers?.() ?? NO_PAYERS
}

/** Device pixels of the pictures that a job embeds. */
function weightOf({ embedded = [], look }: Job): number {
  const scale = look.format === 'svg' ? EMBEDDED_SCALE : look.scale
  return embedded.reduce((sum, { frame }) => sum + frame.width * frame.height * scale ** 2, 0)
}
